import { toTimestamp } from '@modelyard/platform'
import type { Data } from '../data/index.ts'
import type { Experiments } from '../experiments/index.ts'
import type { Database, Platform } from '../platform/index.ts'
import { modelHandlers, type DeploymentsOf } from './model-routes.ts'
import { createModelService } from './model-service.ts'
import * as store from './model-store.ts'

export { gateMetrics, judgeRows, judgeValues, type GateSettings, type Verdict } from './evaluation-gate.ts'
export { readGateRows } from './gate-rows.ts'
export { modelMigrations } from './model-tables.ts'
export type { ModelAliasTable, ModelTable, ModelVersionTable } from './model-tables.ts'
export type { NewModelVersion } from './model-service.ts'

const dayMs = 86_400_000

/** Models: versions, aliases, evidence, lineage. */
export function createModels(
  platform: Platform,
  deps: { data: Data; experiments: Experiments; deploymentsOf: DeploymentsOf },
) {
  const service = createModelService(platform, deps)
  const { read } = platform.store
  return {
    ...service,
    handlers: modelHandlers(platform, service, deps),
    findModel: store.findModel,
    listVersions: store.listVersions,
    listAllVersions: store.listAllVersions,
    listVersionsOfRun: store.listVersionsOfRun,
    listAliases: store.listAliases,
    listModelRows: store.listModels,
    findVersion: store.findVersion,
    findAlias: store.findAlias,
    findChampion: (db: Database, workspace: string, model: string) =>
      service.resolveModelVersion(db, workspace, `${model}@champion`),
    async overview(workspace: string) {
      const since = platform.clock.now() - 30 * dayMs
      const aliases = await store.listAliases(read, workspace)
      const recent = (await store.listAllVersions(read, workspace)).filter((row) => row.created_at > since)
      const waiting = aliases.filter(
        (alias) =>
          alias.alias === 'candidate' &&
          !aliases.some(
            (other) => other.alias === 'champion' && other.model === alias.model && other.version >= alias.version,
          ),
      )
      return {
        counts: { models: await store.countModels(read, workspace) },
        needsAttention: waiting.map((alias) => ({
          kind: 'candidate_waiting' as const,
          subject: `${alias.model}:${alias.version}`,
          title: `${alias.model} version ${alias.version} beat the champion and waits`,
          at: toTimestamp(
            recent.find((row) => row.model === alias.model && row.version === alias.version)?.created_at ?? since,
          ),
          link: `/w/${workspace}/models/${encodeURIComponent(alias.model)}/${alias.version}`,
        })),
        timeline: recent.slice(0, 300).map((row) => ({
          lane: 'models' as const,
          name: `${row.model}:${row.version}`,
          at: toTimestamp(row.created_at),
          endedAt: null,
          status: 'registered',
          link: `/w/${workspace}/models/${encodeURIComponent(row.model)}/${row.version}`,
        })),
      }
    },
  }
}

export type Models = ReturnType<typeof createModels>
