import type { Experiments, RunInput, RunRecord } from '../experiments/index.ts'
import type { Platform } from '../platform/index.ts'
import { nothing, type Endpoint, type WireCall } from './endpoint.ts'
import { writeRun, writeRunInfo } from './entities.ts'
import { readRunStatus, readViewType, type Fields } from './wire.ts'
import { invalidParameter, missingObject } from './wire-error.ts'

export const longestRunTag = 8000
const contextTag = 'mlflow.data.context'

/** The run that a request names, in either of the two spellings. */
export function runIdOf(fields: Fields): string {
  return fields.text('run_id', 256) || fields.text('run_uuid', 256) || fields.requiredText('run_id', 256)
}

export function runEndpoints({ store }: Pick<Platform, 'store'>, room: Experiments): Endpoint[] {
  const { experiments, runs, queries, models } = room.services

  async function written(found: readonly RunRecord[]): Promise<object[]> {
    const ids = found.map((run) => run.id)
    const details = await queries.detailsOf(store.read, ids)
    const metrics = await queries.metricsOf(store.read, ids)
    const linked = await models.ofRuns(store.read, ids)
    return found.map((run) =>
      writeRun(run, { details: details.get(run.id), metrics: metrics.get(run.id), models: linked.get(run.id) }),
    )
  }

  async function find({ workspace }: WireCall, id: string): Promise<RunRecord> {
    const run = await room.findRun(store.read, workspace, id)
    if (run === undefined) throw missingObject(`Run with id=${id} not found`)
    return run
  }

  const lifecycle =
    (to: 'active' | 'deleted') =>
    async ({ fields, workspace, access }: WireCall): Promise<object> => {
      const id = runIdOf(fields)
      await store.write(async (tx) => {
        const run = await runs.requireReachable(tx, workspace, id, access)
        await runs.setLifecycle(tx, run, to, access.actor)
      })
      return nothing
    }

  return [
    {
      method: 'POST',
      path: '/runs/create',
      permission: 'run.write',
      async answer({ fields, workspace, access }) {
        const experimentId = fields.text('experiment_id', 64) || '0'
        const tags = fields.cutPairs('tags', 1000, longestRunTag)
        const name = fields.text('run_name', 1000) ?? ''
        const user = fields.text('user_id', 250) ?? ''
        const startedAt = fields.integer('start_time')
        const named = tags['mlflow.runName'] ?? ''
        if (name !== '' && named !== '' && name !== named)
          throw invalidParameter(
            `Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='${name}', mlflow.runName='${named}').`,
          )
        const run = await store.write(async (tx) => {
          const experiment = await experiments.requireById(tx, workspace, experimentId, access.actor)
          if (experiment.lifecycle === 'deleted')
            throw invalidParameter(
              `The experiment ${experiment.id} must be in the 'active' state. Current state is deleted.`,
            )
          return await runs.startRun(tx, access, {
            workspace,
            experimentId: experiment.id,
            name: name || named,
            tags: user === '' || Object.hasOwn(tags, 'mlflow.user') ? tags : { ...tags, 'mlflow.user': user },
            ...(startedAt === undefined || startedAt === 0 ? {} : { startedAt }),
            actor: access.actor,
          })
        })
        return { run: (await written([run]))[0] ?? nothing }
      },
    },
    {
      method: 'POST',
      path: '/runs/update',
      permission: 'run.write',
      async answer(call) {
        const { fields, workspace, access } = call
        const id = runIdOf(fields)
        const statusText = fields.text('status', 50)
        const status = statusText === undefined ? undefined : readRunStatus(statusText)
        const endedAt = fields.integer('end_time')
        const name = fields.text('run_name', 1000)
        await store.write(async (tx) => {
          const run = await runs.requireWritable(tx, workspace, id, access)
          if (status !== undefined) await runs.requireReach(tx, run, access)
          if (status !== undefined) await runs.changeStatus(tx, { runId: run.id, status, endedAt, actor: access.actor })
          if (name !== undefined && name !== '') await runs.rename(tx, run, name)
        })
        const run = await find(call, id)
        const details = await queries.detailsOf(store.read, [id])
        return { run_info: writeRunInfo(run, details.get(id)?.tags['mlflow.user']) }
      },
    },
    { method: 'POST', path: '/runs/delete', permission: 'run.write', answer: lifecycle('deleted') },
    { method: 'POST', path: '/runs/restore', permission: 'run.write', answer: lifecycle('active') },
    {
      method: 'GET',
      path: '/runs/get',
      permission: 'run.read',
      async answer(call) {
        return { run: (await written([await find(call, runIdOf(call.fields))]))[0] ?? nothing }
      },
    },
    {
      method: 'POST',
      path: '/runs/search',
      permission: 'run.read',
      async answer({ fields, workspace }) {
        const ids = fields.texts('experiment_ids', 10_000)
        const own = ids.includes('0') ? await experiments.findById(store.read, workspace, '0') : undefined
        const page = await queries.search({
          workspace,
          experimentIds: ids.map((id) => (id === '0' ? (own?.id ?? id) : id)),
          lifecycle: readViewType(fields, 'run_view_type'),
          filter: fields.text('filter', 20_000),
          order: fields.texts('order_by', 20),
          limit: fields.count('max_results', 1000, 50_000),
          pageToken: fields.text('page_token', 100_000) || undefined,
        })
        return {
          runs: await written(page.runs),
          ...(page.nextPageToken === undefined ? {} : { next_page_token: page.nextPageToken }),
        }
      },
    },
    {
      method: 'POST',
      path: '/runs/log-inputs',
      permission: 'run.write',
      async answer({ fields, workspace, access }) {
        const id = runIdOf(fields)
        const inputs = fields.objects('datasets', 1000).map(readInput)
        const read = fields
          .objects('models', 1000)
          .map((model) => ({ modelId: model.requiredText('model_id', 256), direction: 'input', step: 0 }) as const)
        await store.write(async (tx) => {
          const run = await runs.requireWritable(tx, workspace, id, access)
          await runs.addInputs(tx, run.id, inputs)
          await models.linkRun(tx, workspace, run.id, read)
        })
        return nothing
      },
    },
    {
      method: 'POST',
      path: '/runs/outputs',
      permission: 'run.write',
      async answer({ fields, workspace, access }) {
        const id = runIdOf(fields)
        const made = fields.objects('models', 1000).map(
          (model) =>
            ({
              modelId: model.requiredText('model_id', 256),
              direction: 'output',
              step: model.integer('step') ?? 0,
            }) as const,
        )
        await store.write(async (tx) => {
          const run = await runs.requireWritable(tx, workspace, id, access)
          await models.linkRun(tx, workspace, run.id, made)
        })
        return nothing
      },
    },
  ]
}

/** A data set of `log-inputs`. What it was used for is the tag `mlflow.data.context`. */
function readInput(input: Fields): RunInput {
  const dataset = input.object('dataset')
  if (dataset === undefined) throw invalidParameter("Missing value for required parameter 'dataset'.")
  const tags = new Map(Object.entries(input.pairs('tags', 100, 500)))
  const context = tags.get(contextTag) ?? ''
  tags.delete(contextTag)
  return {
    name: dataset.requiredText('name', 500),
    digest: dataset.requiredText('digest', 36),
    context,
    sourceType: dataset.requiredText('source_type', 500),
    source: dataset.requiredText('source', 65_535),
    schema: dataset.text('schema', 1_048_575) ?? null,
    profile: dataset.text('profile', 16_777_215) ?? null,
    tags: Object.fromEntries(tags),
  }
}
