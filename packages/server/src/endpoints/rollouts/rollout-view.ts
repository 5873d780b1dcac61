import type { Rollout as RolloutDocument, RolloutPolicy, RolloutStep } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import { readTraffic } from '../traffic.ts'
import type { RolloutTable } from './rollout-tables.ts'

const dayMs = 86_400_000

/** A rollout as clients see it. */
export function toRollout(row: RolloutTable): RolloutDocument {
  return {
    id: row.id,
    endpoint: row.endpoint,
    deployment: row.deployment,
    stable: readTraffic(row.stable),
    state: row.state,
    reason: row.reason,
    step: row.step,
    steps: JSON.parse(row.steps) as RolloutStep[],
    policy: JSON.parse(row.policy) as RolloutPolicy,
    waitsForApproval: row.waits_for_approval === 1,
    startedBy: row.started_by,
    createdAt: toTimestamp(row.created_at),
    updatedAt: toTimestamp(row.updated_at),
    endedAt: row.ended_at === null ? null : toTimestamp(row.ended_at),
  }
}

/** What the overview of a workspace shows of its rollouts: those that wait for a person, and all of the last week in their lane. */
export function rolloutOverview(rows: readonly RolloutTable[], workspace: string) {
  const link = (row: RolloutTable): string => `/w/${workspace}/endpoints/${row.endpoint}`
  const waiting = rows.filter(
    (row) => row.ended_at === null && (row.waits_for_approval === 1 || row.state === 'paused'),
  )
  return {
    needsAttention: waiting.map((row) => ({
      kind: 'approval_waiting' as const,
      subject: `${row.endpoint}/${row.deployment}`,
      title:
        row.waits_for_approval === 1
          ? `The rollout of ${row.endpoint}/${row.deployment} waits for approval`
          : `The rollout of ${row.endpoint}/${row.deployment} is paused: ${row.reason}`,
      at: toTimestamp(row.updated_at),
      link: link(row),
    })),
    timeline: rows.map((row) => ({
      lane: 'rollouts' as const,
      name: `${row.endpoint}/${row.deployment}`,
      at: toTimestamp(row.created_at),
      endedAt: row.ended_at === null ? null : toTimestamp(row.ended_at),
      status: row.state,
      link: link(row),
    })),
  }
}

export const overviewWindowMs = 30 * dayMs
