import type { Transaction } from '../platform/index.ts'
import type { RunRecord } from './run.ts'
import { findRunById } from './run-store.ts'

const mostRuns = 20_000

/**
 * Runs that were written to lately, so that a metric needs no lookup. It is read and filled inside write transactions only, which are one
 * after the other; every change of a run forgets it there. A commit that fails takes changes back that a fill may have seen: then `clear`.
 */
export interface RunCache {
  find(tx: Transaction, id: string): Promise<RunRecord | undefined>
  /** Without waiting, for the path of a single metric. */
  peek(id: string): RunRecord | undefined
  forget(id: string): void
  clear(): void
}

export function createRunCache(): RunCache {
  const runs = new Map<string, RunRecord>()
  return {
    async find(tx, id) {
      const known = runs.get(id)
      if (known !== undefined) return known
      const run = await findRunById(tx, id)
      if (run === undefined) return undefined
      if (runs.size >= mostRuns) runs.clear()
      runs.set(id, run)
      return run
    },
    peek: (id) => runs.get(id),
    forget: (id) => void runs.delete(id),
    clear: () => runs.clear(),
  }
}
