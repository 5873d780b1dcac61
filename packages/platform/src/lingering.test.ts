import { createServer, type IncomingMessage, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from './clock.ts'
import { lingeringContent, type LingerBounds } from './lingering.ts'

let server: Server | undefined
afterEach(() => server?.close())

/** A server that refuses every body without reading it. */
async function refusing(bounds?: LingerBounds): Promise<number> {
  server = createServer((request: IncomingMessage, response) => {
    response.writeHead(413, { 'content-length': 7, connection: 'close' })
    lingeringContent('refused', request, systemClock, bounds).pipe(response)
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** Sends up to `megabytes` in pieces, looking at the answer only afterwards; says how many went out. */
function send(port: number, megabytes: number, pauseMs = 0): Promise<{ sent: number; answer: string }> {
  const socket = connect(port, '127.0.0.1')
  const { promise, resolve } = Promise.withResolvers<{ sent: number; answer: string }>()
  let answer = ''
  let sent = 0
  socket.on('data', (chunk) => (answer += chunk.toString()))
  socket.once('close', () => resolve({ sent, answer }))
  socket.on('error', () => {})
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${megabytes * 2 ** 20}\r\n\r\n`)
  const next = (): void => {
    if (sent === megabytes || socket.destroyed) return
    socket.write(Buffer.alloc(2 ** 20), () => {
      sent++
      setTimeout(next, pauseMs)
    })
  }
  next()
  return promise
}

test('a caller who sends everything before it reads gets the whole answer and no broken pipe', async () => {
  const { sent, answer } = await send(await refusing(), 40)
  expect(sent).toBe(40)
  expect(answer).toMatch(/^HTTP\/1\.1 413 [\s\S]*refused$/)
})

test('a caller who goes on beyond the bytes is cut off, the answer already given', async () => {
  const { sent, answer } = await send(await refusing({ bytes: 4 * 2 ** 20, milliseconds: 30_000 }), 200)
  expect(sent).toBeLessThan(200)
  expect(answer).toContain('refused')
})

test('a caller who goes on beyond the time is cut off, the answer already given', async () => {
  const { sent, answer } = await send(await refusing({ bytes: 2 ** 30, milliseconds: 200 }), 50, 50)
  expect(sent).toBeLessThan(20)
  expect(answer).toContain('refused')
})
