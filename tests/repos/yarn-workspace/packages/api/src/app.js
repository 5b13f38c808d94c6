'use strict'

const Koa = require('koa')
const { price, menu } = require('@canteen/shared')

const app = new Koa()

app.use(async ctx => {
  if (ctx.path === '/health') ctx.body = { ok: true }
  else if (ctx.path === '/menu') ctx.body = menu.map(d => ({ ...d, price: price(d.cents) }))
})

app.listen(Number(process.env.PORT) || 4000)
