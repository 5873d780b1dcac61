import type { Platform } from '../../platform/index.ts'
import type { DeployTarget, TelemetryBatch } from '../deploy-target.ts'
import { listAllEndpoints } from '../endpoint-store.ts'
import { addException, addPoints, findPosition, forgetOld, movePosition } from './telemetry-store.ts'

const pullEveryMs = 2000
const forgetEveryMs = 600_000
/** A gateway that has much to tell is asked again at once, but not without end. */
const mostTurns = 100

/** Fetches what happened at the data plane and keeps it: each interval and exception once, since the position moves in the same commit. */
export function createTelemetryLoop(
  platform: Platform,
  target: Pick<DeployTarget, 'telemetry'>,
  kept: (batch: TelemetryBatch) => void,
) {
  const { store, clock } = platform
  let position: string | undefined
  let pulling: Promise<void> | undefined
  let stopping = false
  let forgotAt = Number.NEGATIVE_INFINITY

  async function pullAll(isLast: boolean): Promise<void> {
    for (let turn = 0; turn < mostTurns; turn++) {
      if (stopping) return
      position ??= await findPosition(store.read)
      const batch = await target.telemetry(position, isLast)
      if (batch === undefined) return
      if (batch.points.length > 0 || batch.exceptions.length > 0) await keep(batch)
      else if (batch.next !== position) await store.write((tx) => movePosition(tx, batch.next), 'survivesKill')
      const isMore = batch.points.length > 0 || batch.exceptions.length > 0
      position = batch.next
      if (!isMore) break
    }
    if (clock.monotonic() - forgotAt < forgetEveryMs) return
    forgotAt = clock.monotonic()
    await store.write((tx) => forgetOld(tx, clock.now()), 'survivesKill')
  }

  async function keep(batch: TelemetryBatch): Promise<void> {
    await store.write(async (tx) => {
      // What was deleted meanwhile gets no rows of which nobody would ever take care.
      const endpoints = new Set((await listAllEndpoints(tx)).map((row) => `${row.workspace}/${row.name}`))
      const isKnown = (of: { workspace: string; endpoint: string }): boolean =>
        endpoints.has(`${of.workspace}/${of.endpoint}`)
      await addPoints(tx, batch.points.filter(isKnown))
      for (const exception of batch.exceptions) if (isKnown(exception)) await addException(tx, exception)
      await movePosition(tx, batch.next)
    }, 'survivesKill')
    kept(batch)
  }

  /** Everything that the data plane has finished is kept after this. */
  function pull(isLast = false): Promise<void> {
    pulling ??= pullAll(isLast)
      .catch((error: unknown) => {
        position = undefined
        platform.logger.warn({ err: error }, 'the gateway’s numbers could not be fetched; it is tried again')
      })
      .finally(() => (pulling = undefined))
    return pulling
  }

  const timer = clock.every(pullEveryMs, () => {
    if (!stopping) void pull()
  })

  return {
    pull: () => pull(),
    /** Fetches a last time, so that an orderly stop loses nothing, and ends. */
    async stop() {
      timer.cancel()
      await pulling
      await pull(true)
      stopping = true
    },
  }
}
