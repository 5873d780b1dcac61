import { ModelyardError } from '@modelyard/contract'
import type { Access } from '../http/index.ts'
import type { Database, Platform, Transaction } from '../platform/index.ts'
import {
  requireLoggedModel,
  requireLoggedModelName,
  type LoggedModel,
  type LoggedModelStatus,
  type RunModel,
} from './logged-model.ts'
import {
  deleteLoggedModelTag,
  findLoggedModel,
  insertLoggedModel,
  loadRunModels,
  loggedModelFields,
  searchLoggedModels,
  updateLoggedModel,
  upsertLoggedModelMetric,
  upsertLoggedModelPairs,
  upsertRunModels,
} from './logged-model-store.ts'
import { requireName, type LoggedMetric } from './metric.ts'
import type { RunService } from './run-service.ts'
import { bindFilter, bindOrder } from './search-fields.ts'
import { parseFilter, parseOrder } from './search-grammar.ts'

/** Use cases of logged models. */
export function createLoggedModelService(
  { clock, randomness, store }: Pick<Platform, 'clock' | 'randomness' | 'store'>,
  runs: RunService,
) {
  /** Makes a model whose files come later. */
  async function create(
    tx: Transaction,
    model: {
      workspace: string
      experimentId: string
      name: string
      modelType: string
      sourceRunId: string | null
      parameters: Readonly<Record<string, string>>
      tags: Readonly<Record<string, string>>
    },
    access: Access,
  ): Promise<LoggedModel> {
    const id = `m-${Buffer.from(randomness.bytes(16)).toString('hex')}`
    const name = model.name === '' ? `model-${id.slice(2, 10)}` : model.name
    requireLoggedModelName(name)
    if (access.run !== undefined && model.sourceRunId === null)
      throw new ModelyardError('not_allowed', 'The token of a run logs models of that run or of the runs below it.')
    if (model.sourceRunId !== null) await runs.requireWritable(tx, model.workspace, model.sourceRunId, access)
    const at = clock.now()
    const { parameters, tags, ...rest } = model
    const record = {
      ...rest,
      id,
      name,
      status: 'pending',
      statusMessage: '',
      lifecycle: 'active',
      createdBy: access.actor,
      createdAt: at,
      updatedAt: at,
    } as const
    await insertLoggedModel(tx, record)
    await upsertLoggedModelPairs(tx, 'logged_model_parameter', id, parameters)
    await upsertLoggedModelPairs(tx, 'logged_model_tag', id, tags)
    return { ...record, parameters, tags, metrics: [] }
  }

  /** The model that a request wants to write to; a job's token reaches those of its runs. */
  async function requireWritable(tx: Transaction, workspace: string, id: string, access: Access): Promise<LoggedModel> {
    const model = requireLoggedModel(await findLoggedModel(tx, workspace, id, false), id)
    if (access.run !== undefined) {
      if (model.sourceRunId === null)
        throw new ModelyardError('not_allowed', `The token of a run may not write to the model '${id}'.`)
      await runs.requireWritable(tx, workspace, model.sourceRunId, access)
    }
    return model
  }

  async function finish(tx: Transaction, model: LoggedModel, status: LoggedModelStatus, message = ''): Promise<void> {
    await updateLoggedModel(tx, model.id, { status, status_message: message, updated_at: clock.now() })
  }

  async function remove(tx: Transaction, model: LoggedModel): Promise<void> {
    await updateLoggedModel(tx, model.id, { lifecycle: 'deleted', updated_at: clock.now() })
  }

  async function setTags(tx: Transaction, model: LoggedModel, tags: Readonly<Record<string, string>>): Promise<void> {
    for (const name of Object.keys(tags)) requireName('tag', name)
    await upsertLoggedModelPairs(tx, 'logged_model_tag', model.id, tags)
    await updateLoggedModel(tx, model.id, { updated_at: clock.now() })
  }

  async function search(query: {
    workspace: string
    experimentIds: readonly string[]
    filter: string
    order: readonly string[]
    limit: number
    pageToken: string | undefined
  }): Promise<{ models: LoggedModel[]; nextPageToken?: string }> {
    const { filter, order, ...rest } = query
    const conditions = bindFilter(parseFilter(filter), loggedModelFields)
    const keys = bindOrder(parseOrder(order), loggedModelFields)
    if (rest.experimentIds.length === 0) return { models: [] }
    return await searchLoggedModels(store.read, { ...rest, conditions, order: keys })
  }

  return {
    create,
    requireWritable,
    finish,
    remove,
    setTags,
    addParameters,
    linkMetrics,
    linkRun,
    search,
    removeTag: (tx: Transaction, model: LoggedModel, name: string) => deleteLoggedModelTag(tx, model.id, name),
    find: (db: Database | Transaction, workspace: string, id: string, allowDeleted = false) =>
      findLoggedModel(db, workspace, id, allowDeleted),
    ofRuns: (db: Database | Transaction, runIds: readonly string[]) => loadRunModels(db, runIds),
  }
}

async function addParameters(
  tx: Transaction,
  model: LoggedModel,
  parameters: Readonly<Record<string, string>>,
): Promise<void> {
  for (const name of Object.keys(parameters)) requireName('parameter', name)
  await upsertLoggedModelPairs(tx, 'logged_model_parameter', model.id, parameters)
}

/** Shows metrics that name a model at that model, too. One of another workspace is refused. */
async function linkMetrics(
  tx: Transaction,
  workspace: string,
  runId: string,
  points: readonly LoggedMetric[],
): Promise<void> {
  const known = new Set<string>()
  for (const point of points) {
    if (point.modelId === undefined || point.modelId === '') continue
    if (!known.has(point.modelId)) {
      requireLoggedModel(await findLoggedModel(tx, workspace, point.modelId, false), point.modelId)
      known.add(point.modelId)
    }
    await upsertLoggedModelMetric(tx, runId, point)
  }
}

async function linkRun(tx: Transaction, workspace: string, runId: string, models: readonly RunModel[]): Promise<void> {
  for (const model of models)
    requireLoggedModel(await findLoggedModel(tx, workspace, model.modelId, true), model.modelId)
  await upsertRunModels(tx, runId, models)
}
