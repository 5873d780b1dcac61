import type { GateEvidence } from '@modelyard/contract'
import type { ModelVersionTable } from '../models/index.ts'
import type { BaselineInput } from './compute/request.ts'

/** What a model version's own records say about how well it does on rows it did not learn from. */
export interface VersionEvidence {
  readonly baseline: BaselineInput | null
  readonly predictions: Readonly<Record<string, readonly number[]>> | null
}

/**
 * The gate's evidence first: error and predictions of the challenger that became this version. Else the values that were stored with the version:
 * without rows they say how well it did, not how much that varies.
 */
export function evidenceOf(version: ModelVersionTable): VersionEvidence {
  const evidence = version.evidence === null ? null : (JSON.parse(version.evidence) as Partial<GateEvidence>)
  const sample = sampleOf(evidence)
  if (evidence?.challenger !== undefined && evidence.metric !== undefined && sample.labels.length > 0)
    return {
      baseline: {
        sample,
        values: { [evidence.metric]: evidence.challenger.value },
        rows: evidence.rows ?? sample.labels.length,
        source: `the gate that made it version ${version.version}: ${evidence.rows ?? sample.labels.length} rows it did not learn from`,
      },
      predictions: { prediction: sample.predictions },
    }
  const values = JSON.parse(version.metrics) as Record<string, number>
  return {
    baseline:
      Object.keys(values).length === 0
        ? null
        : { sample: null, values, rows: null, source: `the metrics stored with version ${version.version}` },
    predictions: null,
  }
}

function sampleOf(evidence: Partial<GateEvidence> | null): { labels: number[]; predictions: number[] } {
  const pairs = evidence?.sample ?? []
  const first = evidence?.firstSample ?? []
  return pairs.length > 0
    ? { labels: pairs.map((pair) => pair.label), predictions: pairs.map((pair) => pair.challenger) }
    : { labels: first.map((pair) => pair.label), predictions: first.map((pair) => pair.prediction) }
}

/** Names of the inputs in a model's signature, in order; null where they have none. */
export function inputsOf(signature: string | null): string[] | null {
  if (signature === null) return null
  const { inputs } = JSON.parse(signature) as { inputs?: unknown }
  if (!Array.isArray(inputs)) return null
  const names = inputs.map((column: { name?: unknown } | null) => column?.name)
  return names.every((name) => typeof name === 'string') ? names : null
}
