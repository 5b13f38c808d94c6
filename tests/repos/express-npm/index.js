const express = require('express')
const cors = require("cors")
const path = require('path')
const itemsRoute = require('./routes/items');
// const usersRoute = require('./routes/users')

const app = express()
app.use(cors())
app.use(express.json())
app.use(express.static(path.join(__dirname, 'public')))

app.use('/api/items', itemsRoute)
// app.use('/api/users', usersRoute)

app.get('/api/health', (req, res) => {
    res.json({ status: "ok", items: require('./models/store').all().length })
})

const PORT = process.env.PORT || 5000
app.listen(PORT, () => console.log(`Server running on port ${PORT} 🚀`))
