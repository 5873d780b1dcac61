import type { Overview } from '@modelyard/contract'

/** What a room contributes to the overview of a workspace; it leaves out what it does not know. */
export interface OverviewSection {
  readonly counts?: Partial<Overview['counts']>
  readonly needsAttention?: Overview['needsAttention']
  readonly live?: Overview['live']
  readonly timeline?: Overview['timeline']
}

const noCounts: Overview['counts'] = {
  runningJobs: 0,
  queuedJobs: 0,
  failedJobs24h: 0,
  pipelines: 0,
  experiments: 0,
  runs: 0,
  models: 0,
  endpoints: 0,
  computeTargets: 0,
  nodes: 0,
  dataAssets: 0,
  monitors: 0,
  alerts: 0,
}

/** Puts the sections together: attention newest first, the timeline in order. */
export function mergeSections(sections: readonly OverviewSection[]): Overview {
  return {
    counts: Object.assign({ ...noCounts }, ...sections.map((section) => section.counts ?? {})),
    needsAttention: sections
      .flatMap((section) => section.needsAttention ?? [])
      .toSorted((a, b) => b.at.localeCompare(a.at))
      .slice(0, 20),
    live: sections.flatMap((section) => section.live ?? []),
    timeline: sections
      .flatMap((section) => section.timeline ?? [])
      .toSorted((a, b) => a.at.localeCompare(b.at))
      .slice(-2000),
  }
}
