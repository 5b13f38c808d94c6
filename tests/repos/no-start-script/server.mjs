import { createServer } from 'node:http'
createServer((req, res) => res.end('sunny')).listen(3000)
