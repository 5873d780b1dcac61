import type { Handlers } from '../http/index.ts'
import { appendEvent, type Platform } from '../platform/index.ts'
import type { Collection } from './collection/index.ts'

type AddLabels = Handlers<'addLabels'>['addLabels']

/** Files of labels that come one after the other do not make the gateway close a segment each. */
const flushEveryMs = 1000

/**
 * Takes labels with what the gateway still holds written first, so that it is known which predictions they belong to, and tells of them: they are on disk
 * by then, outside of the database.
 */
export function labelHandler(
  platform: Platform,
  add: AddLabels,
  rows: Pick<Collection, 'requireEndpoint' | 'flush'>,
): AddLabels {
  const flushed = new Map<string, number>()

  async function flushNowAndThen(workspace: string, endpoint: string): Promise<void> {
    const key = `${workspace}/${endpoint}`
    const now = platform.clock.monotonic()
    if (now - (flushed.get(key) ?? Number.NEGATIVE_INFINITY) < flushEveryMs) return
    if (flushed.size > 1000) flushed.clear()
    flushed.set(key, now)
    // Labels are taken without the gateway, too; their predictions are found later.
    await rows.flush(workspace, endpoint).catch((error: unknown) => {
      platform.logger.warn({ err: error, workspace, endpoint }, 'labels came while the gateway did not answer')
    })
  }

  return async (call) => {
    await rows.requireEndpoint(call.params.ws, call.params.endpoint)
    await flushNowAndThen(call.params.ws, call.params.endpoint)
    const report = await add(call)
    if (report.added + report.replaced === 0) return report
    const { received, added, replaced, matched } = report
    await platform.store.write((tx) =>
      appendEvent(tx, {
        name: 'labels.added',
        subject: call.params.endpoint,
        workspace: call.params.ws,
        actor: call.access.actor,
        requestId: call.requestId,
        at: platform.clock.now(),
        data: { endpoint: call.params.endpoint, added, replaced, matched },
        after: { received, added, replaced, matched },
      }),
    )
    return report
  }
}
