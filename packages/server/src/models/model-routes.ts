import { ModelyardError, type GateEvidence, type Model, type ModelVersion } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import type { Data } from '../data/index.ts'
import type { Experiments } from '../experiments/index.ts'
import type { Handlers } from '../http/index.ts'
import { toPage, type Platform } from '../platform/index.ts'
import type { ModelService } from './model-service.ts'
import * as store from './model-store.ts'
import type { ModelAliasTable, ModelTable, ModelVersionTable } from './model-tables.ts'

/** Where a version is deployed; endpoints knows it. */
export type DeploymentsOf = (
  workspace: string,
  model: string,
  version: string,
) => Promise<{ endpoint: string; deployment: string; trafficPercent: number }[]>

export function toModelVersion(row: ModelVersionTable, aliases: readonly ModelAliasTable[]): ModelVersion {
  return {
    model: row.model,
    version: String(row.version),
    format: row.format,
    tree: row.tree,
    sizeBytes: row.size_bytes,
    aliases: aliases
      .filter((alias) => alias.version === row.version && alias.model === row.model)
      .map((alias) => alias.alias),
    tags: JSON.parse(row.tags) as Record<string, string>,
    description: row.description,
    createdAt: toTimestamp(row.created_at),
    createdBy: row.created_by,
    status: row.status,
    lineage: {
      runId: row.run_id,
      jobId: row.job_id,
      step: row.step,
      codeTree: row.code_tree,
      data: JSON.parse(row.data) as ModelVersion['lineage']['data'],
    },
    metrics: JSON.parse(row.metrics) as Record<string, number>,
    signature: row.signature === null ? null : (JSON.parse(row.signature) as unknown),
    evidence: row.evidence === null ? null : (JSON.parse(row.evidence) as GateEvidence),
  }
}

export function toModel(row: ModelTable, aliases: readonly ModelAliasTable[], latest: number | undefined): Model {
  return {
    name: row.name,
    description: row.description,
    tags: JSON.parse(row.tags) as Record<string, string>,
    createdAt: toTimestamp(row.created_at),
    updatedAt: toTimestamp(row.updated_at),
    aliases: Object.fromEntries(
      aliases.filter((alias) => alias.model === row.name).map((alias) => [alias.alias, String(alias.version)]),
    ),
    latestVersion: latest === undefined ? null : String(latest),
  }
}

export function modelHandlers(
  platform: Platform,
  service: ModelService,
  deps: { data: Data; experiments: Experiments; deploymentsOf: DeploymentsOf },
): Handlers<
  'listModels' | 'registerModelVersion' | 'getModel' | 'getModelVersion' | 'setModelAlias' | 'deleteModelAlias'
> {
  const { read } = platform.store

  async function findVersion(workspace: string, name: string, text: string): Promise<ModelVersionTable> {
    await service.requireModel(read, workspace, name)
    const row = text.startsWith('@')
      ? await byAlias(workspace, name, text.slice(1))
      : text === 'latest'
        ? await store.findLatestVersion(read, workspace, name)
        : /^\d{1,9}$/.test(text)
          ? await store.findVersion(read, workspace, name, Number(text))
          : undefined
    if (row === undefined)
      throw new ModelyardError('model_version_not_found', `The model '${name}' has no version '${text}'.`)
    return row
  }

  async function byAlias(workspace: string, name: string, alias: string): Promise<ModelVersionTable | undefined> {
    const found = await store.findAlias(read, workspace, name, alias)
    return found === undefined ? undefined : store.findVersion(read, workspace, name, found.version)
  }

  /** The folder to be registered: one that was uploaded, or a file or folder of the run. */
  async function treeOf(
    workspace: string,
    { tree, runId, runPath }: { tree?: string | undefined; runId?: string | undefined; runPath?: string | undefined },
  ): Promise<string> {
    if (tree !== undefined && runPath === undefined) {
      await deps.data.requireTree(workspace, tree)
      return tree
    }
    if (runId === undefined || runPath === undefined || tree !== undefined)
      throw new ModelyardError('request_invalid', 'Name either `tree`, or `runId` with `runPath`.', {
        places: [{ path: 'body.tree', message: 'name it, or `runId` with `runPath`' }],
      })
    const found = await deps.experiments.services.artifacts.toTree(read, { runId }, runPath)
    if (found.entries.length === 0)
      throw new ModelyardError('artifact_not_found', `The run '${runId}' has no artifact '${runPath}'.`)
    return found.tree
  }

  async function versionDocument(row: ModelVersionTable): Promise<ModelVersion> {
    const document = toModelVersion(row, await store.listAliases(read, row.workspace, row.model))
    return { ...document, deployments: await deps.deploymentsOf(row.workspace, row.model, document.version) }
  }

  return {
    async listModels({ params, query }) {
      const rows = await store.listModels(read, params.ws, query.pageSize + 1, query.pageToken)
      const aliases = await store.listAliases(read, params.ws)
      const latest = new Map<string, number>()
      for (const row of rows) {
        const version = await store.findLatestVersion(read, params.ws, row.name)
        if (version !== undefined) latest.set(row.name, version.version)
      }
      return toPage(
        rows,
        query.pageSize,
        (row) => [row.name],
        (row) => toModel(row, aliases, latest.get(row.name)),
      )
    },
    async registerModelVersion({ params, body, access, requestId }) {
      const run = body.runId === undefined ? undefined : await deps.experiments.findRun(read, params.ws, body.runId)
      if (body.runId !== undefined && run === undefined)
        throw new ModelyardError('run_not_found', `There is no run '${body.runId}' in the workspace '${params.ws}'.`)
      const tree = await treeOf(params.ws, body)
      const row = await platform.store.write(async (tx) => {
        // Files of a run are not the workspace's to download before a version holds them.
        if (body.tree === undefined) await deps.data.adoptTree(tx, params.ws, tree)
        return service.registerVersion(tx, {
          workspace: params.ws,
          name: body.name,
          tree,
          description: body.description,
          tags: body.tags,
          metrics: body.metrics,
          runId: body.runId ?? access.run?.runId ?? null,
          jobId: run?.jobId ?? null,
          step: run?.step ?? null,
          actor: access.actor,
          requestId,
        })
      })
      return versionDocument(row)
    },
    async getModel({ params }) {
      const row = await service.requireModel(read, params.ws, params.name)
      const aliases = await store.listAliases(read, params.ws, params.name)
      const versions = await store.listVersions(read, params.ws, params.name)
      const documents = await Promise.all(
        versions.map(async (version) => ({
          ...toModelVersion(version, aliases),
          deployments: await deps.deploymentsOf(params.ws, params.name, String(version.version)),
        })),
      )
      return { ...toModel(row, aliases, versions[0]?.version), versions: documents }
    },
    getModelVersion: async ({ params }) => versionDocument(await findVersion(params.ws, params.name, params.version)),
    async setModelAlias({ params, body, access, requestId }) {
      const row = await findVersion(params.ws, params.name, body.version)
      await platform.store.write((tx) =>
        service.setAlias(tx, params.ws, params.name, params.alias, row.version, { actor: access.actor, requestId }),
      )
      return versionDocument(row)
    },
    async deleteModelAlias({ params, access, requestId }) {
      await platform.store.write((tx) =>
        service.removeAlias(tx, params.ws, params.name, params.alias, { actor: access.actor, requestId }),
      )
    },
  }
}
