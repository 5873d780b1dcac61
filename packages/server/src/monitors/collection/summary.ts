import { loadLabelState } from '../labels/label-state.ts'
import { listDeployments } from './deployments.ts'
import type { CollectedSummary, HourSummary, ReadRequest } from './doors.ts'
import { lockEndpoint } from './locks.ts'
import { loadState, schemaOf, type DeploymentState } from './manifest.ts'

const hourMs = 3_600_000

interface Hour {
  inputs: number
  predictions: number
  revisions: Map<string, number>
}

/** What a period holds, from the manifests alone: no row is read. */
export async function summary(request: ReadRequest): Promise<CollectedSummary> {
  using _lock = await lockEndpoint(request.place, 'read')
  const known = await listDeployments(request.place)
  const states: DeploymentState[] = []
  for (const name of known)
    if (request.deployments?.includes(name) ?? true) states.push(await loadState(request.place, name))
  const labels = await loadLabelState(request.place)
  const hours = new Map<number, Hour>()
  let firstEventMs: number | null = null
  let lastEventMs: number | null = null
  for (const state of states) {
    for (const file of state.manifest.files) {
      if (file.collection !== 'inputs' && file.collection !== 'predictions') continue
      if (file.hourStartMs + hourMs <= (request.fromMs ?? Number.NEGATIVE_INFINITY)) continue
      if (file.hourStartMs >= (request.toMs ?? Number.POSITIVE_INFINITY)) continue
      firstEventMs = Math.min(firstEventMs ?? file.firstEventMs, file.firstEventMs)
      lastEventMs = Math.max(lastEventMs ?? file.lastEventMs, file.lastEventMs)
      let hour = hours.get(file.hourStartMs)
      if (hour === undefined) hours.set(file.hourStartMs, (hour = { inputs: 0, predictions: 0, revisions: new Map() }))
      hour[file.collection] += file.rows
      hour.revisions.set(state.deployment, Math.max(hour.revisions.get(state.deployment) ?? 0, file.revision))
    }
  }
  const summaries = [...hours]
    .sort(([a], [b]) => a - b)
    .map(([startMs, hour]): HourSummary => ({
      startMs,
      rows: Math.max(hour.inputs, hour.predictions),
      rowsRevision: revisionText(hour.revisions, hour.inputs + hour.predictions),
      labelsRevision: labels.hours[String(startMs)] ?? 0,
    }))
  return {
    rows: summaries.reduce((sum, hour) => sum + hour.rows, 0),
    firstEventMs,
    lastEventMs,
    rowsRevision: revisionText(
      newest(hours.values()),
      summaries.reduce((sum, hour) => sum + hour.rows, 0),
    ),
    labelsRevision: summaries.reduce((most, hour) => Math.max(most, hour.labelsRevision), 0),
    labels: labels.labels,
    deployments: states.map((state) => state.deployment),
    inputColumns: columnsOf(states, 'inputs'),
    predictionColumns: columnsOf(states, 'predictions'),
    hours: summaries,
  }
}

function newest(hours: Iterable<Hour>): Map<string, number> {
  const revisions = new Map<string, number>()
  for (const hour of hours)
    for (const [deployment, revision] of hour.revisions)
      revisions.set(deployment, Math.max(revisions.get(deployment) ?? 0, revision))
  return revisions
}

/** The number of rows is part of it, since what retention took is a change, too. */
function revisionText(revisions: ReadonlyMap<string, number>, rows: number): string {
  return [...Array.from(revisions, ([deployment, revision]) => `${deployment}:${revision}`), `rows:${rows}`].join(',')
}

function columnsOf(states: readonly DeploymentState[], collection: string): string[] {
  return [...new Set(states.flatMap((state) => schemaOf(state, collection).columns.map((column) => column.name)))]
}
