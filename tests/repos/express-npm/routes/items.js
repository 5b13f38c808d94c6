const router = require('express').Router()
const store = require('../models/store')

router.get('/', (req, res) => {
  console.log('get all')
  res.json(store.all())
})

router.get('/:id', (req, res) => {
  const item = store.all().find(i => i.id == req.params.id)
  if (!item) return res.status(404).json({ msg: 'not found' })
  res.json(item)
})

router.post('/', (req, res) => {
  const { name, place } = req.body
  if (!name || !place) {
    return res.status(400).json({ msg: 'name and place please' })
  }
  res.status(201).json(store.add(name, place))
})

module.exports = router
