import { open } from 'node:fs/promises'
import { systemClock, type Timer } from '@modelyard/platform'
import type { AttemptPaths } from './attempt-folder.ts'
import type { Connection } from './connection.ts'
import { logSize } from './shim.ts'

const everyMs = 100
const pieceBytes = 524_288
/** The end of a log up to this size goes with the report instead of by itself. */
const tailBytes = 131_072

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
    sending ??= sendUpTo(Number.POSITIVE_INFINITY)
      .catch(() => undefined)
      .finally(() => (sending = undefined))
  })

  async function sendUpTo(limit: number): Promise<void> {
    for (;;) {
      const size = Math.min(await logSize(paths), limit)
      if (size <= offset) return
      const piece = await readPiece(paths.log, offset, Math.min(pieceBytes, size - offset))
      if (piece.byteLength === 0) return
      await connection.postBytes(`/attempts/${attemptId}/log?offset=${offset}`, piece)
      offset += piece.byteLength
    }
  }

  return {
    async finish() {
      timer.cancel()
      await sending
      const size = await logSize(paths)
      if (size - offset > tailBytes) await sendUpTo(size - tailBytes / 2)
      if (size <= offset) return null
      return { offset, text: (await readPiece(paths.log, offset, size - offset)).toString('utf8') }
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
