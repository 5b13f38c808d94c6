exports.menu = [{ name: 'Lentil soup', cents: 290 }, { name: 'Pasta', cents: 410 }]
exports.price = cents => (cents / 100).toFixed(2) + ' €'
