import type { Answer } from '@modelyard/client'
import { parseServerSentEvents } from '@modelyard/client'
import { isPassing, patiently } from '../patience.ts'
import type { Session } from '../session.ts'

export type LogChunk = Answer<'getJobLogs'>['chunks'][number]

/** The whole log of a job, step after step. */
export async function readLogs(session: Session, id: string, step: string | undefined): Promise<LogChunk[]> {
  const { client, workspace } = session
  const params = { ws: workspace, id }
  const job = await client.call('getJob', { params })
  const names =
    step === undefined ? job.steps.filter((each) => each.attempts > 0 || each.reused).map((each) => each.name) : [step]
  const chunks: LogChunk[] = []
  for (const name of names) {
    let offset = 0
    for (;;) {
      const answer = await client.call('getJobLogs', { params, query: { step: name, offset } })
      const news = answer.chunks.filter((chunk) => chunk.text !== '')
      const last = news.at(-1)
      chunks.push(...news)
      if (last === undefined) break
      const end = last.offset + Buffer.byteLength(last.text)
      if (end <= offset) break
      offset = end
    }
  }
  return chunks
}

/** The log as it grows, until the job has ended; a broken connection is taken up where it broke. */
export async function* followLogs(
  session: Session,
  id: string,
  step: string | undefined,
): AsyncGenerator<LogChunk, void, undefined> {
  const { client, workspace } = session
  const params = { ws: workspace, id }
  const seen = new Map<string, number>()
  for (;;) {
    for await (const chunk of readStream(session, id, step)) {
      const fresh = withoutSeen(chunk, seen)
      if (fresh !== undefined) yield fresh
    }
    const job = await patiently(session, () => client.call('getJob', { params }))
    if (job.endedAt !== null) return
    await session.host.clock.sleep(250)
  }
}

/** One connection's worth of the log; a broken one just ends. */
async function* readStream(
  { client, workspace }: Session,
  id: string,
  step: string | undefined,
): AsyncGenerator<LogChunk, void, undefined> {
  try {
    const response = await client.stream('getJobLogs', {
      params: { ws: workspace, id },
      query: { follow: 'true', step },
      headers: { accept: 'text/event-stream' },
    })
    if (response.body === null) return
    for await (const message of parseServerSentEvents(response.body))
      if (message.event === 'log' && message.data !== '') yield JSON.parse(message.data) as LogChunk
  } catch (error) {
    if (!isPassing(error)) throw error
  }
}

/** What of a chunk was not shown yet, by the place in its attempt's log. */
function withoutSeen(chunk: LogChunk, seen: Map<string, number>): LogChunk | undefined {
  const key = `${chunk.attempt} ${chunk.step}`
  const known = seen.get(key) ?? 0
  const bytes = Buffer.from(chunk.text)
  const end = chunk.offset + bytes.byteLength
  if (end <= known) return undefined
  seen.set(key, end)
  if (chunk.offset >= known) return chunk
  return { ...chunk, offset: known, text: bytes.subarray(known - chunk.offset).toString('utf8') }
}
