import { treeExists } from '../data/index.ts'
import type { CachedResult, StepCache, StepResult } from '../jobs/index.ts'
import type { Models } from '../models/index.ts'
import type { Platform } from '../platform/index.ts'
import { dropCached, findCached, putCached } from './pipeline-store.ts'
import { keyComponents, keyOf } from './step-key.ts'

/** Results by what they depend on. Only complete successes are kept; a hit is only one whose every byte is still there. */
export function createStepCache(platform: Platform, models: Pick<Models, 'findChampion'>): StepCache {
  return {
    async keyOf(db, ready) {
      const model = ready.spec.kind === 'gate' ? String(ready.spec.settings['model']) : undefined
      const champion =
        model === undefined ? null : ((await models.findChampion(db, ready.workspace, model))?.version ?? null)
      const components = keyComponents(ready, champion === null ? null : String(champion))
      return { key: keyOf(components), components }
    },
    async find(tx, workspace, key): Promise<CachedResult | undefined> {
      const row = await findCached(tx, workspace, key)
      if (row === undefined) return undefined
      const result = JSON.parse(row.result) as StepResult
      for (const output of Object.values(result.outputs)) {
        if (await treeExists(platform.content, output.tree)) continue
        await dropCached(tx, workspace, key)
        return undefined
      }
      return { jobId: row.job_id, step: row.step, runId: row.run_id, result }
    },
    keep: (tx, workspace, key, kept) =>
      putCached(tx, {
        workspace,
        key,
        job_id: kept.jobId,
        step: kept.step,
        run_id: kept.runId,
        result: JSON.stringify(kept.result),
        created_at: platform.clock.now(),
      }),
  }
}
