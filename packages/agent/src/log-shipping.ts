import { open } from 'node:fs/promises'
import { systemClock, type Timer } from '@modelyard/platform'
import type { AttemptPaths } from './attempt-folder.ts'
import type { Connection } from './connection.ts'
import { logSize } from './shim.ts'

const everyMs = 100
const pieceBytes = 524_288
/** The end of a log up to this size goes with the report instead of by itself. */
const tailBytes = 32_768

/** Where the server stops keeping a log. */
const largestLog = 2 ** 30

/** Sends what a command writes while it runs; what could not be sent is sent again from where the server stands. */
export interface LogShipping {
  /** Sends all but a short rest; answers that rest for the report. */
  finish(): Promise<{ offset: number; text: string } | null>
  stop(): void
}

export function shipLog(connection: Connection, attemptId: string, paths: AttemptPaths): LogShipping {
  let offset = 0
  let sending: Promise<void> | undefined
  const timer: Timer = systemClock.every(everyMs, () => {
    // A server that is away gets it later; the file keeps it.
    sending ??= logSize(paths)
      .then(sendUpTo)
      .catch(() => undefined)
      .finally(() => (sending = undefined))
  })

  /** Up to a size that was seen, so that a command that writes without end is not followed without end. */
  async function sendUpTo(size: number): Promise<void> {
    while (offset < Math.min(size, largestLog)) {
      const piece = await readPiece(paths.log, offset, Math.min(pieceBytes, size - offset))
      if (piece.byteLength === 0) return
      const { sizeBytes } = await connection.postBytes<{ sizeBytes: number }>(
        `/attempts/${attemptId}/log?offset=${offset}`,
        piece,
      )
      // The server may have more (an earlier process sent it) or less (its machine stopped) than we thought.
      offset = sizeBytes < offset ? sizeBytes : Math.max(offset + piece.byteLength, sizeBytes)
    }
  }

  return {
    async finish() {
      timer.cancel()
      await sending
      const size = await logSize(paths)
      if (size - offset > tailBytes) await sendUpTo(size)
      if (size <= offset || offset >= largestLog) return null
      const rest = await readPiece(paths.log, offset, size - offset)
      const text = rest.toString('utf8')
      if (Buffer.from(text).equals(rest)) return { offset, text }
      // Bytes that are no text, or that begin within a character, go as they are.
      await sendUpTo(size)
      return null
    },
    stop: () => timer.cancel(),
  }
}

async function readPiece(path: string, offset: number, length: number): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.allocUnsafe(length)
    const { bytesRead } = await file.read(buffer, 0, length, offset)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
