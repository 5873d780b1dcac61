import { listDeployments } from './deployments.ts'
import type { EndpointPlace } from './doors.ts'
import { lockEndpoint } from './locks.ts'
import { saveManifest, type DeploymentState, type StoredFile } from './manifest.ts'
import { finishRemoval, recover } from './recovery.ts'

export interface RetentionLimits {
  readonly days: number
  readonly bytes: number
}

export const defaultRetention: RetentionLimits = { days: 90, bytes: 20 * 2 ** 30 }

const dayMs = 86_400_000

/**
 * Deletes rows of an endpoint that came more than some days ago, and then the hours that came longest ago while they are more than some bytes. Age goes by
 * when rows came, not by their event time: a replay of old times is as young as any.
 */
export async function retain(input: {
  readonly place: EndpointPlace
  readonly limits: RetentionLimits
  readonly nowMs: number
}): Promise<{ readonly removedFiles: number; readonly removedBytes: number }> {
  using _lock = await lockEndpoint(input.place, 'write')
  const states: DeploymentState[] = []
  for (const deployment of await listDeployments(input.place)) states.push(await recover(input.place, deployment))
  const all = states.flatMap((state) => state.manifest.files.map((file) => ({ state, file })))
  const oldestFirst = all.toSorted(
    (a, b) => a.file.storedAtMs - b.file.storedAtMs || a.file.hourStartMs - b.file.hourStartMs,
  )
  let bytes = all.reduce((sum, { file }) => sum + file.sizeBytes, 0)
  const removed = new Set<StoredFile>()
  let removedBytes = 0
  for (const { state, file } of oldestFirst) {
    const isOld = file.storedAtMs < input.nowMs - input.limits.days * dayMs
    if (!isOld && bytes <= input.limits.bytes) break
    // Inputs and predictions of the same rows go together.
    for (const other of state.manifest.files) {
      if (removed.has(other) || other.hourStartMs !== file.hourStartMs || other.name !== file.name) continue
      removed.add(other)
      bytes -= other.sizeBytes
      removedBytes += other.sizeBytes
    }
  }
  for (const state of states) await forget(state, removed)
  return { removedFiles: removed.size, removedBytes }
}

/** The manifest first: a file that it does not name is deleted again, and is never read by us. */
async function forget(state: DeploymentState, removed: ReadonlySet<StoredFile>): Promise<void> {
  const gone = state.manifest.files.filter((file) => removed.has(file))
  if (gone.length === 0) return
  state.manifest.files = state.manifest.files.filter((file) => !removed.has(file))
  state.manifest.revision++
  state.manifest.removed = gone
  await saveManifest(state)
  await finishRemoval(state)
}
