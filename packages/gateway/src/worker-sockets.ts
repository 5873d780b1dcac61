import { rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'

/** What a worker says of itself when it connects. */
export interface Hello {
  readonly deployment: string
  readonly worker: number
  readonly pid: number
  readonly secret: string
}

const longestHello = 4096

/** The Unix socket that workers connect to. `accept` gets the worker's words, its socket, and what it sent after them. */
export async function listenForWorkers(
  path: string,
  accept: (hello: Hello, socket: Socket, rest: Buffer) => void,
): Promise<Server> {
  rmSync(path, { force: true })
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    let head = Buffer.alloc(0)
    const read = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk])
      const end = head.indexOf(10)
      if (end < 0) {
        if (head.length > longestHello) socket.destroy()
        return
      }
      socket.off('data', read)
      try {
        accept(JSON.parse(head.toString('utf8', 0, end)) as Hello, socket, head.subarray(end + 1))
      } catch {
        socket.destroy()
      }
    }
    socket.on('data', read)
  })
  const { promise, resolve, reject } = Promise.withResolvers<Server>()
  server.once('error', reject)
  server.listen(path, () => resolve(server))
  return promise
}
