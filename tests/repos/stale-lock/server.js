const http = require('http')
const { nanoid } = require('nanoid')
const ms = require('ms')

const polls = []

http.createServer((req, res) => {
  if (req.url == '/health') return res.end('ok')
  if (req.method == 'POST') polls.push({ id: nanoid(), ends: Date.now() + ms('2 days') })
  res.end(JSON.stringify(polls))
}).listen(process.env.PORT || 3000)
