import { connect } from 'node:net'

/** Posts `bytes` of white space to a URL as a client does that sends everything before it reads, and returns the whole answer as text; fails on a broken pipe. */
export function sendAllThenRead(url: string, bytes: number, headers: Record<string, string> = {}): Promise<string> {
  const { hostname, port, pathname, host } = new URL(url)
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = connect(Number(port), hostname)
  socket.once('error', reject)
  const all = { host, connection: 'close', 'content-length': String(bytes), ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`POST ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n`)
  let left = bytes
  const next = (): void => {
    if (left === 0) return read()
    const piece = Buffer.alloc(Math.min(left, 2 ** 20), 32)
    left -= piece.length
    // A turn of the event loop between pieces lets a server that hangs up do so in the middle.
    socket.write(piece, () => setImmediate(next))
  }
  const read = (): void => {
    let text = ''
    socket.on('data', (chunk) => (text += chunk.toString()))
    socket.once('end', () => resolve(text))
  }
  next()
  return promise
}
