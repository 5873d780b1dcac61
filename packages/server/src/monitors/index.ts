import { toTimestamp } from '@modelyard/platform'
import type { Data } from '../data/index.ts'
import type { Endpoints } from '../endpoints/index.ts'
import type { Models } from '../models/index.ts'
import type { LiveEvent, Platform } from '../platform/index.ts'
import { createAlertService } from './alert-service.ts'
import { countOpenAlerts, listAlertsSince, listOpenAlerts } from './alert-store.ts'
import { findBrokenData } from './broken-data.ts'
import { createDriftScores } from './drift-scores.ts'
import { createCollection } from './collection/index.ts'
import { namingOf, settingsOf } from './collection-settings.ts'
import { labelHandler } from './label-events.ts'
import { createMonitorLoop } from './monitor-loop.ts'
import { createMonitorRuns } from './monitor-run.ts'
import { createMonitorService } from './monitor-service.ts'
import * as store from './monitor-store.ts'
import { alertHandlers, monitorHandlers } from './monitor-routes.ts'
import type { AlertTable } from './monitor-tables.ts'
import { createProfiles } from './profile-service.ts'
import { createReferenceService } from './reference-service.ts'
import { createServiceSignals } from './service-signals.ts'
import { startMonitorThread } from './thread/monitor-thread.ts'

export { monitorMigrations } from './monitor-tables.ts'

const timelineMs = 30 * 86_400_000

export interface MonitorDeps {
  readonly data: Data
  readonly models: Models
  readonly endpoints: Endpoints
}

/** Monitors: collected rows, windows, signals, labels and alerts. */
export function createMonitors(platform: Platform, deps: MonitorDeps) {
  const { read } = platform.store
  const thread = startMonitorThread(platform.clock, platform.logger)
  const collection = createCollection(platform, {
    thread,
    rotate: deps.endpoints.rotate,
    settingsOf: (workspace, endpoint) => settingsOf(platform, deps, workspace, endpoint),
    namingOf: (workspace, endpoint, monitor) => namingOf(read, workspace, endpoint, monitor),
  })
  const alerts = createAlertService(platform)
  const references = createReferenceService(platform, deps)
  const runs = createMonitorRuns(platform, {
    ...deps,
    collection,
    references,
    alerts,
    compute: (input) => thread.run('compute', input),
  })
  const service = createMonitorService(platform, {
    alerts,
    references,
    collectionChanged: deps.endpoints.collectionChanged,
    endpointExists: async (workspace, endpoint) => (await deps.endpoints.describe(workspace, endpoint)) !== undefined,
  })
  const profiles = createProfiles(platform, {
    ...deps,
    references,
    profile: (input) => thread.run('profile', input),
  })
  const signals = createServiceSignals(platform, { alerts, series: deps.endpoints.series })
  const scores = createDriftScores(platform)
  let loop: ReturnType<typeof createMonitorLoop> | undefined
  let stopListening: (() => void) | undefined
  const making = new Set<Promise<void>>()

  /** What an event asks for goes on beside; the room waits for it when it stops. */
  function listen(event: LiveEvent): void {
    follow(scores.follow(event), 'the scores of a monitor could not be read')
    if (event.name !== 'model_version.registered' || event.workspace === null) return
    const { model, version } = event.data ?? {}
    follow(
      profiles.make(event.workspace, String(model), Number(version)),
      'the profile of a model version could not be made',
    )
  }

  function follow(work: Promise<void>, failure: string): void {
    const guarded = work.catch((error: unknown) => platform.logger.error({ err: error }, failure))
    making.add(guarded)
    void guarded.finally(() => making.delete(guarded))
  }

  const link = (alert: AlertTable): string =>
    `/w/${alert.workspace}/monitors/${encodeURIComponent(alert.monitor)}?alert=${alert.id}`

  return {
    handlers: {
      ...collection.handlers,
      addLabels: labelHandler(platform, collection.handlers.addLabels, collection),
      ...monitorHandlers(platform, { service, runs, alerts }),
      ...alertHandlers(platform, { service, runs, alerts }),
    },
    /** Whether predictions of an endpoint are to be collected because somebody watches it. */
    async isMonitored(workspace: string, endpoint: string): Promise<boolean> {
      return (await store.listMonitorsOfEndpoint(read, workspace, endpoint)).length > 0
    },
    /** Labels of an endpoint that came after a moment. */
    newLabels: collection.newLabels,
    /** The alert that says that the data of a monitor or an endpoint is broken, if one is open. */
    brokenData: (workspace: string, of: { readonly monitor: string | null; readonly endpoint: string | null }) =>
      findBrokenData(read, workspace, of),
    async usage(workspace: string): Promise<string[]> {
      const count = await store.countMonitors(read, workspace)
      return count > 0 ? [`${count} monitors`] : []
    },
    async overview(workspace: string) {
      const open = await listOpenAlerts(read, workspace)
      const recent = await listAlertsSince(read, workspace, platform.clock.now() - timelineMs)
      return {
        counts: {
          monitors: await store.countMonitors(read, workspace),
          alerts: await countOpenAlerts(read, workspace),
        },
        needsAttention: open
          .filter((alert) => alert.status === 'firing')
          .map((alert) => ({
            kind: 'alert_firing' as const,
            subject: alert.monitor,
            title: alert.summary,
            at: toTimestamp(alert.created_at),
            link: link(alert),
          })),
        timeline: recent.map((alert) => ({
          lane: 'alerts' as const,
          name: `${alert.monitor}: ${alert.signal}`,
          at: toTimestamp(alert.created_at),
          endedAt: alert.resolved_at === null ? null : toTimestamp(alert.resolved_at),
          status: alert.status,
          link: link(alert),
        })),
      }
    },
    /** The deciding values of the newest windows, for metrics. */
    driftScores: scores.list,
    async start() {
      await scores.load()
      stopListening = platform.events.listen(listen)
      collection.start()
      loop = createMonitorLoop(platform, { runs, lookAtService: signals.look })
    },
    async stop() {
      stopListening?.()
      await loop?.stop()
      await Promise.all([runs.stop(), ...making])
      await collection.stop()
      await thread.stop()
    },
  }
}

export type Monitors = ReturnType<typeof createMonitors>
