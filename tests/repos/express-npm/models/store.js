// TODO: mongodb
let items = [{ id: 1, name: 'blue umbrella', place: 'library' }]

module.exports = {
  all: () => items,
  add: (name, place) => {
    const item = { id: items.length + 1, name, place }
    items.push(item)
    return item
  },
}
