import { join } from 'node:path'
import type { Platform } from '../../platform/index.ts'
import type { MonitorThread } from '../thread/monitor-thread.ts'
import type { CollectionService } from './collection-service.ts'
import { listDeployments, listFolder } from './deployments.ts'
import type { EndpointPlace } from './doors.ts'
import { isPlaceName, placeOf } from './places.ts'
import { defaultRetention, type RetentionLimits } from './retention.ts'

const lookEveryMs = 10_000
const exportEveryMs = 600_000
const tidyEveryMs = 3_600_000
/** An hour's files are merged when it ended so long ago: most of its rows have come by then. */
const settleMs = 600_000

/** Ingests what is closed every few seconds; once an hour merges small files and deletes what is too old or too much. */
export function createCollectionLoop(
  platform: Platform,
  deps: { readonly service: CollectionService; readonly thread: MonitorThread; readonly retention?: RetentionLimits },
) {
  const { clock, logger } = platform
  const { home } = platform.configuration
  let looking: Promise<void> | undefined
  let stopping = false
  let exportedAt = Number.NEGATIVE_INFINITY
  let tidiedAt = clock.monotonic()

  async function places(): Promise<EndpointPlace[]> {
    const found: EndpointPlace[] = []
    for (const workspace of (await listFolder(join(home, 'collected'))).filter(isPlaceName))
      for (const endpoint of (await listFolder(join(home, 'collected', workspace))).filter(isPlaceName))
        found.push(placeOf(home, workspace, endpoint))
    return found
  }

  async function look(): Promise<void> {
    const all = await places()
    for (const place of all) await guarded(place, () => deps.service.ingestEndpoint(place, { exportsCsv: false }))
    if (clock.monotonic() - exportedAt >= exportEveryMs) {
      exportedAt = clock.monotonic()
      for (const place of all) await guarded(place, () => deps.service.exportEndpoint(place))
    }
    if (clock.monotonic() - tidiedAt >= tidyEveryMs) {
      tidiedAt = clock.monotonic()
      for (const place of all) await guarded(place, () => tidy(place))
    }
  }

  /** One endpoint's trouble, a full disk say, is no other's. */
  async function guarded(place: EndpointPlace, work: () => Promise<unknown>): Promise<void> {
    if (stopping) return
    try {
      await work()
    } catch (error) {
      if (!stopping)
        logger.error(
          { err: error, workspace: place.workspace, endpoint: place.endpoint },
          'collected rows could not be kept in order',
        )
    }
  }

  async function tidy(place: EndpointPlace): Promise<void> {
    for (const deployment of await listDeployments(place))
      await deps.thread.run('compact', { place, deployment, beforeMs: clock.now() - settleMs })
    await deps.thread.run('retain', { place, limits: deps.retention ?? defaultRetention, nowMs: clock.now() })
  }

  const timer = clock.every(lookEveryMs, () => {
    if (stopping || looking !== undefined) return
    looking = look()
      .catch((error: unknown) => {
        if (!stopping) logger.error({ err: error }, 'collected rows could not be looked for')
      })
      .finally(() => {
        looking = undefined
      })
  })

  return {
    tidy,
    async stop() {
      stopping = true
      timer.cancel()
      await looking
    },
  }
}
