import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { Clock } from './clock.ts'

/** How much of a body that nobody wants is read and thrown away, and for how long. */
export interface LingerBounds {
  readonly bytes: number
  readonly milliseconds: number
}

const defaultBounds: LingerBounds = { bytes: 256 * 2 ** 20, milliseconds: 30_000 }

/**
 * The content of an answer that is given before its request was read to the end.
 *
 * It comes at once, but ends only with the request: a socket that is closed while bytes still come in is reset by the kernel, and a caller that sends all
 * before it reads would see a broken pipe instead of the answer. The answer needs a `content-length`, so that nobody waits for that end. A caller who
 * goes on beyond the bounds is cut off.
 */
export function lingeringContent(
  content: string,
  request: IncomingMessage,
  clock: Clock,
  bounds: LingerBounds = defaultBounds,
): Readable {
  async function* parts(): AsyncGenerator<string> {
    yield content
    if (!(await isReadToEnd(request, clock, bounds))) request.destroy()
  }
  return Readable.from(parts())
}

function isReadToEnd(request: IncomingMessage, clock: Clock, bounds: LingerBounds): Promise<boolean> {
  if (request.complete || request.destroyed) return Promise.resolve(true)
  const { promise, resolve } = Promise.withResolvers<boolean>()
  let bytes = 0
  const discard = (chunk: Buffer): void => {
    bytes += chunk.length
    if (bytes > bounds.bytes) settle(false)
  }
  const ended = (): void => settle(true)
  const timer = clock.after(bounds.milliseconds, () => settle(false))
  const settle = (isEnd: boolean): void => {
    timer.cancel()
    request.off('data', discard).off('end', ended).off('close', ended)
    resolve(isEnd)
  }
  request.on('data', discard).once('end', ended).once('close', ended)
  request.resume()
  return promise
}
