import { open, mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** A log is cut here, with a mark. */
const largestLog = 2 ** 30
const mark = '\n[the log was cut here: it reached 1 GiB]\n'

/** Logs of attempts as files, appended by offset, so that a piece that is sent twice is kept once. */
export interface AttemptLogs {
  /** Appends what is new of `text` at `offset`; answers the size afterwards. A gap is refused by answering the old size. */
  append(attemptId: string, offset: number, text: Uint8Array): Promise<number>
  read(attemptId: string, offset: number, limitBytes: number): Promise<{ text: string; endOffset: number }>
  size(attemptId: string): Promise<number>
  lastLines(attemptId: string, count: number): Promise<string[]>
}

export function createAttemptLogs(folder: string): AttemptLogs {
  const sizes = new Map<string, number>()
  const pathOf = (attemptId: string): string => join(folder, `${attemptId}.log`)

  async function size(attemptId: string): Promise<number> {
    const known = sizes.get(attemptId)
    if (known !== undefined) return known
    try {
      return (await stat(pathOf(attemptId))).size
    } catch {
      return 0
    }
  }

  async function append(attemptId: string, offset: number, text: Uint8Array): Promise<number> {
    const have = await size(attemptId)
    if (offset > have || offset + text.byteLength <= have || have > largestLog) return have
    const fresh = text.subarray(have - offset)
    const cut = have + fresh.byteLength > largestLog
    await mkdir(folder, { recursive: true })
    const file = await open(pathOf(attemptId), 'a', 0o600)
    try {
      await file.appendFile(fresh)
      if (cut) await file.appendFile(mark)
    } finally {
      await file.close()
    }
    const now = have + fresh.byteLength + (cut ? mark.length : 0)
    if (sizes.size > 10_000) sizes.clear()
    sizes.set(attemptId, now)
    return now
  }

  async function readBytes(attemptId: string, offset: number, limitBytes: number): Promise<Buffer> {
    try {
      const file = await open(pathOf(attemptId), 'r')
      try {
        const buffer = Buffer.allocUnsafe(limitBytes)
        const { bytesRead } = await file.read(buffer, 0, limitBytes, offset)
        return buffer.subarray(0, bytesRead)
      } finally {
        await file.close()
      }
    } catch {
      return Buffer.alloc(0)
    }
  }

  return {
    append,
    size,
    async read(attemptId, offset, limitBytes) {
      const have = await size(attemptId)
      const bytes = await readBytes(attemptId, offset, Math.min(limitBytes, Math.max(0, have - offset)))
      const whole = wholeCharacters(bytes)
      return { text: bytes.toString('utf8', 0, whole), endOffset: offset + whole }
    },
    async lastLines(attemptId, count) {
      const have = await size(attemptId)
      const bytes = await readBytes(attemptId, Math.max(0, have - 65_536), Math.min(have, 65_536))
      return bytes
        .toString('utf8')
        .split('\n')
        .filter((line, index, all) => line !== '' || index < all.length - 1)
        .slice(-count)
        .map((line) => line.slice(0, 2000))
    },
  }
}

/** How many of these bytes are whole UTF-8 characters: the rest of a cut one comes with the next piece. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return length > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}
