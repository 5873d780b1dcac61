import type { LogChunk } from '@modelyard/contract'
import type { FastifyReply } from 'fastify'
import type { Platform } from '../platform/index.ts'
import type { AttemptLogs } from './attempt-logs.ts'
import { findJob } from './job-store.ts'
import type { AttemptTable } from './job-tables.ts'
import { findStep, listAttempts, listSteps } from './step-store.ts'

const followBytes = 262_144
const heartbeatMs = 15_000

/** Reading logs: by pieces, or followed until the job ends. */
export function createLogService(platform: Platform, logs: AttemptLogs) {
  const { read } = platform.store

  /** The attempts whose log a reader means: of one step the newest (or the one asked for), of a job each step's newest, in the order of the file. A reused step shows the log of the work it reuses. */
  async function attemptsOf(
    jobId: string,
    step: string | undefined,
    number: number | undefined,
  ): Promise<{ step: string; attempt: AttemptTable }[]> {
    const rows =
      step === undefined
        ? await listSteps(read, jobId)
        : [await findStep(read, jobId, step)].flatMap((row) => row ?? [])
    const found: { step: string; attempt: AttemptTable }[] = []
    for (const row of rows) {
      const source =
        row.reused_job !== null && row.reused_step !== null
          ? { job: row.reused_job, step: row.reused_step }
          : { job: jobId, step: row.name }
      const attempts = await listAttempts(read, source.job, source.step)
      const chosen = number === undefined ? attempts.at(-1) : attempts.find((attempt) => attempt.number === number)
      if (chosen !== undefined) found.push({ step: row.name, attempt: chosen })
    }
    return found
  }

  async function chunks(
    jobId: string,
    query: { step?: string | undefined; attempt?: number | undefined; offset: number; limitBytes: number },
  ): Promise<LogChunk[]> {
    const result: LogChunk[] = []
    let left = query.limitBytes
    for (const { step, attempt } of await attemptsOf(jobId, query.step, query.attempt)) {
      const { text } = await logs.read(attempt.id, query.offset, left)
      left -= Buffer.byteLength(text)
      if (text !== '') result.push({ step, attempt: attempt.number, offset: query.offset, text })
      if (left <= 0) break
    }
    return result
  }

  /** Streams `log` events as lines come, then one `end` with the job's status. */
  async function follow(
    jobId: string,
    query: { step?: string | undefined; offset: number },
    reply: FastifyReply,
    signal: AbortSignal,
  ): Promise<void> {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' })
    const offsets = new Map<string, number>()
    let wake: (() => void) | undefined
    const stopListening = platform.events.listen((event) => {
      if (event.data?.['jobId'] === jobId || event.subject === jobId) wake?.()
    })
    const heartbeat = platform.clock.every(heartbeatMs, () => reply.raw.write(': still here\n\n'))
    signal.addEventListener('abort', () => wake?.(), { once: true })
    try {
      while (!signal.aborted) {
        const next = new Promise<void>((resolve) => (wake = resolve))
        const status = (await findJob(read, jobId))?.status
        await sendNew(jobId, query, offsets, reply)
        if (status === undefined || ['succeeded', 'failed', 'canceled'].includes(status)) {
          reply.raw.write(`event: end\ndata: ${JSON.stringify({ status: status ?? 'failed' })}\n\n`)
          break
        }
        await next
      }
    } finally {
      stopListening()
      heartbeat.cancel()
      reply.raw.end()
    }
  }

  async function sendNew(
    jobId: string,
    query: { step?: string | undefined; offset: number },
    offsets: Map<string, number>,
    reply: FastifyReply,
  ): Promise<void> {
    for (const { step, attempt } of await attemptsOf(jobId, query.step, undefined)) {
      for (;;) {
        const offset = offsets.get(attempt.id) ?? (query.step === undefined ? 0 : query.offset)
        const { text, endOffset } = await logs.read(attempt.id, offset, followBytes)
        if (text === '') break
        offsets.set(attempt.id, endOffset)
        const chunk: LogChunk = { step, attempt: attempt.number, offset, text }
        if (!reply.raw.write(`event: log\ndata: ${JSON.stringify(chunk)}\n\n`))
          await new Promise((resolve) => reply.raw.once('drain', resolve).once('close', resolve))
      }
    }
  }

  return { chunks, follow }
}

export type LogService = ReturnType<typeof createLogService>
