import { createServer, type Server } from 'node:net'
import { expect, test } from 'vitest'
import { startServer } from './start-server.ts'

const portsOf = ({ server }: Awaited<ReturnType<typeof startServer>>): number[] =>
  [server.document.url, server.document.gatewayUrl].map((url) => Number(new URL(url).port))

function occupy(port: number): Promise<Server> {
  const { promise, resolve, reject } = Promise.withResolvers<Server>()
  const other = createServer()
  other.once('error', reject)
  other.listen(port, '127.0.0.1', () => resolve(other))
  return promise
}

test('a home that was given any ports gets the same ones again, and others when somebody else has them now', async () => {
  const first = await startServer({ keepHome: true })
  const ports = portsOf(first)
  await first.stop()
  const again = await startServer({ home: first.home, keepHome: true })
  expect(portsOf(again)).toEqual(ports)
  await again.stop()
  const others = await Promise.all(ports.map(occupy))
  try {
    const third = await startServer({ home: first.home })
    expect(portsOf(third).filter((port) => ports.includes(port))).toEqual([])
    await third.stop()
  } finally {
    for (const other of others) other.close()
  }
})
