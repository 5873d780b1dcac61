import { open, stat } from 'node:fs/promises'

const mostAtOnce = 262_144

/** A line of a deployment's log, with the request it belongs to. */
export interface LogLine {
  readonly requestId: string | null
  readonly text: string
}

/** Reads what is appended to a file, from its end at the first look on. A file that shrank was begun anew. */
export class LogTail {
  readonly #path: string
  #position: number | undefined
  #rest = ''

  constructor(path: string) {
    this.#path = path
  }

  /** Whole lines since the last look, at most so many bytes; of what came faster than that the oldest part is left out. */
  async read(): Promise<LogLine[]> {
    const size = (await stat(this.#path).catch(() => undefined))?.size ?? 0
    if (this.#position === undefined) {
      this.#position = size
      return []
    }
    if (size < this.#position) {
      this.#position = 0
      this.#rest = ''
    }
    if (size === this.#position) return []
    const from = Math.max(this.#position, size - mostAtOnce)
    const file = await open(this.#path, 'r')
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(size - from), 0, size - from, from)
      this.#position = from + bytesRead
      const lines = (this.#rest + buffer.toString('utf8', 0, bytesRead)).split('\n')
      this.#rest = (lines.pop() ?? '').slice(-mostAtOnce)
      return lines.filter((line) => line !== '').map(toLine)
    } finally {
      await file.close()
    }
  }
}

function toLine(line: string): LogLine {
  const [, requestId = null, text = line] = /^\[([^\]\s]{1,100})\] ?(.*)$/.exec(line) ?? []
  return { requestId, text }
}
