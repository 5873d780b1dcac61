import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { decodeSegment, SegmentKind } from '@modelyard/contract/collection'
import { isProcessAlive, systemClock } from '@modelyard/platform'
import type { EndedSegment } from './segment-file.ts'

/** A collector in a scoring script closes its segments every second; one that was not touched for so long belongs to nobody. */
const untouchedMs = 10_000
const openName = /^(\d{1,16}-(\d{1,10})-\d{1,10})\.open$/

/** The segments whose writers are gone, judged by what is whole in them; the caller gives them their final names. `except` are the caller's own. */
export async function closeAbandoned(folder: string, except: ReadonlySet<string>): Promise<EndedSegment[]> {
  const ended: EndedSegment[] = []
  for (const entry of await readdir(folder).catch(() => [])) {
    const match = openName.exec(entry)
    const name = match?.[1]
    if (name === undefined || except.has(name)) continue
    try {
      if (await isBeingWritten(join(folder, entry), Number(match?.[2]))) continue
      ended.push(judge(name, await readFile(join(folder, entry))))
    } catch {
      // Closed by its writer in this moment, or not readable: the next start looks again.
    }
  }
  return ended
}

async function isBeingWritten(path: string, pid: number): Promise<boolean> {
  if (pid === process.pid || !isProcessAlive(pid)) return false
  return systemClock.now() - (await stat(path)).mtimeMs < untouchedMs
}

function judge(name: string, file: Buffer): EndedSegment {
  let predictions = 0
  let bytes = 0
  const records = decodeSegment(
    file,
    (data) => crc32(data),
    (end) => {
      bytes = end.validBytes
    },
  )
  for (const record of records) if (record.kind === SegmentKind.prediction) predictions++
  return { name, predictions, bytes }
}
