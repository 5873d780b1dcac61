import type { StepChange, StepExplanation } from '@modelyard/contract'
import type { TreeEntry } from '@modelyard/platform'
import type { StepTable } from './job-tables.ts'

type Components = Readonly<Record<string, unknown>>

const short = (value: unknown): string | null =>
  value === undefined
    ? null
    : typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
      ? value.slice(0, 12)
      : typeof value === 'string'
        ? value
        : JSON.stringify(value)

/** What differs between the components of two keys, one line each; `files` tells which files of the code changed. */
export function diffComponents(
  before: Components,
  after: Components,
  files: (before: string | null, after: string | null) => StepChange[],
): StepChange[] {
  const changes: StepChange[] = []
  const maps = [
    ['parameters', 'parameter'],
    ['inputs', 'input'],
    ['outputs', 'output'],
    ['environmentVariables', 'environmentVariable'],
    ['settings', 'setting'],
  ] as const
  for (const [field, kind] of maps) changes.push(...diffMap(kind, before[field], after[field]))
  if (before['command'] !== after['command'])
    changes.push({ kind: 'command', name: 'command', before: short(before['command']), after: short(after['command']) })
  if (before['environment'] !== after['environment'])
    changes.push({
      kind: 'environment',
      name: 'packages',
      before: short(before['environment']),
      after: short(after['environment']),
    })
  if (before['champion'] !== after['champion'])
    changes.push({
      kind: 'champion',
      name: 'champion',
      before: short(before['champion']),
      after: short(after['champion']),
    })
  if (before['code'] !== after['code'])
    changes.push(...files(before['code'] as string | null, after['code'] as string | null))
  return changes
}

function diffMap(kind: StepChange['kind'], before: unknown, after: unknown): StepChange[] {
  const left = (before ?? {}) as Record<string, unknown>
  const right = (after ?? {}) as Record<string, unknown>
  const changes: StepChange[] = []
  for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
    if (JSON.stringify(left[name]) !== JSON.stringify(right[name]))
      changes.push({ kind, name, before: short(left[name]), after: short(right[name]) })
  }
  return changes
}

/** Files that differ between two code folders. */
export function diffFiles(before: readonly TreeEntry[], after: readonly TreeEntry[]): StepChange[] {
  const left = new Map(before.map((entry) => [entry.path, entry.digest]))
  const right = new Map(after.map((entry) => [entry.path, entry.digest]))
  return [...new Set([...left.keys(), ...right.keys()])]
    .filter((path) => left.get(path) !== right.get(path))
    .map((path) => ({
      kind: 'code' as const,
      name: path,
      before: short(left.get(path)),
      after: short(right.get(path)),
    }))
}

/** The sentence for a step that ran (or will). */
export function explain(
  step: StepTable,
  previous: StepTable | undefined,
  changes: StepChange[],
  forced: boolean,
): StepExplanation {
  if (step.reused === 1)
    return { step: step.name, reused: true, reason: `nothing changed since ${step.reused_job ?? ''}`, changes: [] }
  return { step: step.name, reused: false, reason: reasonOf(step, previous, changes, forced), changes }
}

function reasonOf(
  step: StepTable,
  previous: StepTable | undefined,
  changes: readonly StepChange[],
  forced: boolean,
): string {
  if (step.key === null) return step.reason === '' ? 'it has not had its turn' : step.reason
  if (previous === undefined) return 'it ran for the first time'
  if (changes.length > 0)
    return `${changes
      .slice(0, 3)
      .map((change) => `${change.kind === 'code' ? 'file' : change.kind} ${change.name} changed`)
      .join(', ')}${changes.length > 3 ? ` and ${changes.length - 3} more` : ''}`
  if (forced) return 'reuse was turned off for this job'
  return previous.status === 'succeeded'
    ? 'its kept result is gone or reuse is off for it'
    : `nothing changed, but it ${previous.status} in ${previous.job_id}`
}
