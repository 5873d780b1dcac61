import type { DriftScore } from '../endpoints/index.ts'
import type { LiveEvent, Platform } from '../platform/index.ts'
import type { Decision } from './decision.ts'
import { findMonitor, listAllMonitors, listDecisions } from './monitor-store.ts'

const mostScores = 2000

/** The deciding values of each monitor's newest window, at hand for whoever exports metrics. */
export function createDriftScores(platform: Platform) {
  const { read } = platform.store
  const scores = new Map<string, readonly DriftScore[]>()
  const keyOf = (workspace: string, monitor: string): string => `${workspace}/${monitor}`

  async function refresh(workspace: string, monitor: string): Promise<void> {
    const row = await findMonitor(read, workspace, monitor)
    const [newest] = row === undefined ? [] : await listDecisions(read, workspace, monitor, 1)
    if (row === undefined || newest === undefined) {
      scores.delete(keyOf(workspace, monitor))
      return
    }
    const found = (JSON.parse(newest.decisions) as Decision[]).flatMap(({ feature, statistic, value }) =>
      feature === null || value === null
        ? []
        : [{ workspace, endpoint: row.endpoint, monitor, feature, statistic, value }],
    )
    scores.set(keyOf(workspace, monitor), found.slice(0, mostScores))
  }

  return {
    list: (): readonly DriftScore[] => [...scores.values()].flat(),
    async load(): Promise<void> {
      for (const row of await listAllMonitors(read)) await refresh(row.workspace, row.name)
    },
    /** Follows what happens to monitors; resolves when the scores do. */
    async follow(event: LiveEvent): Promise<void> {
      if (event.workspace === null || !event.name.startsWith('monitor.')) return
      await refresh(event.workspace, event.subject)
    },
  }
}
