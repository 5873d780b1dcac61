import type { Database } from '../platform/index.ts'
import { listOpenQualityAlerts } from './alert-store.ts'
import type { Evidence } from './decision.ts'

/** Missing values and columns, words among numbers, rows that are not there: nothing true is to be learned from them. */
const breaking: ReadonlySet<string> = new Set(['null_rate', 'type_error_rate', 'row_count'])

/**
 * Whether what an alert of data quality found means that the data is broken. Values out of range and unknown categories do not: the world may
 * have become like that, and then a model that learns from it is the cure.
 */
export function isBroken(evidence: readonly Pick<Evidence, 'statistic'>[]): boolean {
  return evidence.some(({ statistic }) => breaking.has(statistic))
}

/** The oldest open alert that says so of a monitor or an endpoint. */
export async function findBrokenData(
  db: Database,
  workspace: string,
  of: { readonly monitor: string | null; readonly endpoint: string | null },
): Promise<{ id: string; summary: string } | null> {
  const open = await listOpenQualityAlerts(db, workspace, of)
  const found = open.find((alert) => isBroken(JSON.parse(alert.evidence) as Evidence[]))
  return found === undefined ? null : { id: found.id, summary: found.summary }
}
