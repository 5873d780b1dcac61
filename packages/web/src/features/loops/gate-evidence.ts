import type { Evidence } from '../models/gate-evidence.tsx'

/** Whether a stage's evidence is that of an evaluation gate; lists leave its rows out. */
export function isGateEvidence(value: unknown): value is Omit<Evidence, 'sample'> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'decision' in value &&
    'challenger' in value &&
    'metric' in value &&
    'difference' in value
  )
}

/** With the rows that it compared, a gate has a drawing of its own. */
export function hasGateRows(value: unknown): value is Evidence {
  return isGateEvidence(value) && 'sample' in value && Array.isArray(value.sample)
}
