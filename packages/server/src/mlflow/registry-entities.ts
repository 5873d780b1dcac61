import type { ModelAliasTable, ModelTable, ModelVersionTable } from '../models/index.ts'
import { writePairs } from './wire.ts'

export const stages = ['None', 'Staging', 'Production', 'Archived'] as const
export type Stage = (typeof stages)[number]

const statuses = { pending: 'PENDING_REGISTRATION', ready: 'READY', failed: 'FAILED_REGISTRATION' } as const

export function readTags(text: string): Record<string, string> {
  return JSON.parse(text) as Record<string, string>
}

export function stageOf(version: ModelVersionTable): Stage {
  return stages.find((stage) => stage === version.stage) ?? 'None'
}

export function writeVersion(version: ModelVersionTable, aliases: readonly ModelAliasTable[]) {
  const modelId = /^models:\/(m-[\w-]+)$/.exec(version.source ?? '')?.[1]
  return {
    name: version.model,
    version: String(version.version),
    creation_timestamp: version.created_at,
    last_updated_timestamp: version.updated_at,
    user_id: version.created_by,
    current_stage: stageOf(version),
    description: version.description,
    source: version.source ?? '',
    run_id: version.run_id ?? '',
    status: statuses[version.status],
    status_message: '',
    tags: writePairs(readTags(version.tags)),
    run_link: '',
    aliases: aliases
      .filter((alias) => alias.model === version.model && alias.version === version.version)
      .map((alias) => alias.alias),
    ...(modelId === undefined ? {} : { model_id: modelId }),
  }
}

/** The newest version of each stage; `versions` are newest first. */
export function latestByStage(versions: readonly ModelVersionTable[]): ModelVersionTable[] {
  const latest = new Map<Stage, ModelVersionTable>()
  for (const version of versions) if (!latest.has(stageOf(version))) latest.set(stageOf(version), version)
  return [...latest.values()]
}

export function writeModel(
  model: ModelTable,
  aliases: readonly ModelAliasTable[],
  versions: readonly ModelVersionTable[],
) {
  return {
    name: model.name,
    creation_timestamp: model.created_at,
    last_updated_timestamp: model.updated_at,
    description: model.description,
    latest_versions: latestByStage(versions).map((version) => writeVersion(version, aliases)),
    tags: writePairs(readTags(model.tags)),
    aliases: aliases
      .filter((alias) => alias.model === model.name)
      .map((alias) => ({ alias: alias.alias, version: String(alias.version) })),
  }
}
