import type { Experiments, RunRecord } from '../experiments/index.ts'
import type { Models, NewModelVersion } from '../models/index.ts'
import type { Platform } from '../platform/index.ts'
import type { ArtifactFiles } from './artifact-files.ts'
import { modelVersionRoot, parseSource, type ArtifactReference } from './artifact-reference.ts'
import { nothing, type Endpoint, type WireCall } from './endpoint.ts'
import { readTags, stageOf, writeVersion } from './registry-entities.ts'
import { byOf, longestDescription, longestTag, readModelName, readStage, readVersionNumber } from './registry-models.ts'
import { searchVersions } from './registry-search.ts'
import { invalidParameter, missingObject } from './wire-error.ts'

interface Rooms {
  readonly experiments: Experiments
  readonly models: Models
  readonly files: ArtifactFiles
}

export function versionEndpoints(
  { store }: Pick<Platform, 'store'>,
  { experiments, models, files }: Rooms,
): Endpoint[] {
  const { read } = store

  async function written({ workspace }: WireCall, name: string, version: number): Promise<object> {
    const row = await models.requireVersion(read, workspace, name, version)
    return { model_version: writeVersion(row, await models.listAliases(read, workspace, name)) }
  }

  /** The stored folder that a source names. It is kept as it is now, whatever becomes of the run. */
  async function treeOf(workspace: string, reference: ArtifactReference, source: string): Promise<string> {
    if (reference.kind === 'modelVersion' || reference.kind === 'modelAlias') {
      const version =
        reference.kind === 'modelVersion'
          ? await models.findVersion(read, workspace, reference.model, Number(reference.version))
          : await models.resolveModelVersion(read, workspace, `${reference.model}@${reference.alias}`)
      if (version === undefined || version.tree === null) throw missingObject(`No model version at '${source}'.`)
      return version.tree
    }
    const { tree, files: count } = await files.toTree(workspace, reference)
    if (count === 0) throw invalidParameter(`There are no files at '${source.slice(0, 200)}'. Log the model first.`)
    return tree
  }

  /** The run that a version comes from: the one that is named, or the one that logged the model. */
  async function runOf(call: WireCall, reference: ArtifactReference): Promise<RunRecord | undefined> {
    const { workspace } = call
    let id = call.fields.text('run_id', 256) || undefined
    if (id === undefined && reference.kind === 'run') id = reference.runId
    if (id === undefined && reference.kind === 'loggedModel')
      id = (await experiments.services.models.find(read, workspace, reference.modelId))?.sourceRunId ?? undefined
    // What a job registers comes from its run or from one below it.
    id ??= call.access.run?.runId
    if (id === undefined) return undefined
    const run = await experiments.findRun(read, workspace, id)
    if (run === undefined) throw missingObject(`Run with id=${id} not found`)
    return run
  }

  /** What the registry keeps of a run with a version: its job, the data it read, its metrics. */
  async function lineageOf(run: RunRecord | undefined): Promise<Partial<NewModelVersion>> {
    if (run === undefined) return {}
    const { queries } = experiments.services
    const metrics = (await queries.metricsOf(read, [run.id])).get(run.id) ?? []
    const inputs = (await queries.detailsOf(read, [run.id])).get(run.id)?.inputs ?? []
    return {
      runId: run.id,
      jobId: run.jobId,
      step: run.step,
      data: inputs.map(({ name, digest }) => ({ name, version: null, digest })),
      metrics: Object.fromEntries(
        metrics.filter((point) => Number.isFinite(point.value)).map((point) => [point.name, point.value]),
      ),
    }
  }

  return [
    {
      method: 'POST',
      path: '/model-versions/create',
      permission: 'model.register',
      async answer(call) {
        const { fields, workspace, access } = call
        const name = readModelName(fields)
        const source = fields.requiredText('source', 2048)
        const tags = fields.pairs('tags', 1000, longestTag)
        const description = fields.text('description', longestDescription) ?? ''
        const reference = parseSource(source)
        await models.requireModel(read, workspace, name)
        const tree = await treeOf(workspace, reference, source)
        const run = await runOf(call, reference)
        const lineage = await lineageOf(run)
        const row = await store.write(async (tx) => {
          await models.requireModel(tx, workspace, name)
          if (run !== undefined && access.run !== undefined)
            await experiments.services.runs.requireReachable(tx, workspace, run.id, access)
          return await models.registerVersion(tx, {
            ...lineage,
            workspace,
            name,
            tree,
            source,
            description,
            tags,
            actor: access.actor,
            requestId: call.request.id,
          })
        })
        return await written(call, name, row.version)
      },
    },
    {
      method: 'GET',
      path: '/model-versions/get',
      permission: 'model.read',
      answer: (call) => written(call, readModelName(call.fields), readVersionNumber(call.fields)),
    },
    {
      method: 'PATCH',
      path: '/model-versions/update',
      permission: 'model.write',
      async answer(call) {
        const name = readModelName(call.fields)
        const version = readVersionNumber(call.fields)
        const description = call.fields.text('description', longestDescription) ?? ''
        await store.write((tx) => models.changeVersion(tx, call.workspace, name, version, { description }, byOf(call)))
        return await written(call, name, version)
      },
    },
    {
      method: 'POST',
      path: '/model-versions/transition-stage',
      permission: 'model.alias',
      async answer(call) {
        const name = readModelName(call.fields)
        const version = readVersionNumber(call.fields)
        const stage = readStage(call.fields.requiredText('stage', 50))
        const archive = call.fields.flag('archive_existing_versions')
        if (archive && stage !== 'Staging' && stage !== 'Production')
          throw invalidParameter(
            `Model version transition cannot archive existing model versions because '${stage}' is not an Active stage.`,
          )
        await store.write(async (tx) => {
          await models.changeVersion(tx, call.workspace, name, version, { stage }, byOf(call))
          if (!archive) return
          for (const other of await models.listVersions(tx, call.workspace, name))
            if (other.version !== version && stageOf(other) === stage)
              await models.changeVersion(tx, call.workspace, name, other.version, { stage: 'Archived' }, byOf(call))
        })
        return await written(call, name, version)
      },
    },
    {
      method: 'DELETE',
      path: '/model-versions/delete',
      permission: 'model.write',
      async answer(call) {
        const name = readModelName(call.fields)
        const version = readVersionNumber(call.fields)
        await store.write((tx) => models.deleteVersion(tx, call.workspace, name, version, byOf(call)))
        return nothing
      },
    },
    {
      method: 'GET',
      path: '/model-versions/search',
      permission: 'model.read',
      async answer({ fields, workspace }) {
        const page = searchVersions(await models.listAllVersions(read, workspace), {
          filter: fields.text('filter', 20_000) ?? '',
          order: fields.texts('order_by', 20),
          limit: fields.count('max_results', 10_000, 200_000),
          pageToken: fields.text('page_token', 500) || undefined,
        })
        const aliases = await models.listAliases(read, workspace)
        return {
          model_versions: page.rows.map((row) => writeVersion(row, aliases)),
          ...(page.nextPageToken === undefined ? {} : { next_page_token: page.nextPageToken }),
        }
      },
    },
    {
      method: 'GET',
      path: '/model-versions/get-download-uri',
      permission: 'model.read',
      async answer({ fields, workspace }) {
        const name = readModelName(fields)
        const row = await models.requireVersion(read, workspace, name, readVersionNumber(fields))
        return { artifact_uri: modelVersionRoot(name, String(row.version)) }
      },
    },
    {
      method: 'POST',
      path: '/model-versions/set-tag',
      permission: 'model.write',
      async answer(call) {
        const name = readModelName(call.fields)
        const version = readVersionNumber(call.fields)
        const key = call.fields.requiredText('key', 250)
        const value = call.fields.text('value', longestTag) ?? ''
        await store.write(async (tx) => {
          const row = await models.requireVersion(tx, call.workspace, name, version)
          const tags = Object.fromEntries([...Object.entries(readTags(row.tags)), [key, value]])
          await models.changeVersion(tx, call.workspace, name, version, { tags }, byOf(call))
        })
        return nothing
      },
    },
    {
      method: 'DELETE',
      path: '/model-versions/delete-tag',
      permission: 'model.write',
      async answer(call) {
        const name = readModelName(call.fields)
        const version = readVersionNumber(call.fields)
        const key = call.fields.requiredText('key', 250)
        await store.write(async (tx) => {
          const row = await models.requireVersion(tx, call.workspace, name, version)
          const tags = Object.fromEntries(Object.entries(readTags(row.tags)).filter(([each]) => each !== key))
          await models.changeVersion(tx, call.workspace, name, version, { tags }, byOf(call))
        })
        return nothing
      },
    },
  ]
}
