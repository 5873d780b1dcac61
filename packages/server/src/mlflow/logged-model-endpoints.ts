import { oneLevel, type Experiments, type LoggedModelStatus } from '../experiments/index.ts'
import type { Platform } from '../platform/index.ts'
import { writeItem } from './artifact-endpoints.ts'
import { checkArtifactPath, loggedModelRoot } from './artifact-reference.ts'
import { nothing, type Endpoint, type WireCall } from './endpoint.ts'
import { writeLoggedModel } from './entities.ts'
import type { Fields } from './wire.ts'
import { invalidParameter, missingObject } from './wire-error.ts'

const longestPair = 8000
const statuses: Readonly<Record<string, LoggedModelStatus>> = {
  LOGGED_MODEL_PENDING: 'pending',
  LOGGED_MODEL_READY: 'ready',
  LOGGED_MODEL_UPLOAD_FAILED: 'failed',
}

export function loggedModelEndpoints({ store }: Pick<Platform, 'store'>, room: Experiments): Endpoint[] {
  const { models, experiments, artifacts } = room.services

  async function find(call: WireCall, allowDeleted = false) {
    const id = call.params['model_id'] ?? ''
    const model = await models.find(store.read, call.workspace, id, allowDeleted)
    if (model === undefined) throw missingObject(`Logged model with ID '${id.slice(0, 100)}' not found.`)
    return model
  }

  /** Changes the model that the address names and answers what it is afterwards. */
  async function change(
    call: WireCall,
    work: (tx: Parameters<typeof models.finish>[0], model: Parameters<typeof models.finish>[1]) => Promise<void>,
  ): Promise<object> {
    await store.write(async (tx) => {
      const model = await models.requireWritable(tx, call.workspace, call.params['model_id'] ?? '', call.access)
      await work(tx, model)
    })
    return { model: writeLoggedModel(await find(call, true)) }
  }

  return [
    {
      method: 'POST',
      path: '/logged-models',
      permission: 'run.write',
      async answer({ fields, workspace, access }) {
        const experimentId = fields.text('experiment_id', 64) || '0'
        const name = fields.text('name', 500) ?? ''
        const modelType = fields.text('model_type', 500) ?? ''
        const sourceRunId = fields.text('source_run_id', 256) || null
        const parameters = fields.pairs('params', 100, longestPair)
        const tags = fields.pairs('tags', 1000, longestPair)
        const model = await store.write(async (tx) => {
          const experiment = await experiments.requireById(tx, workspace, experimentId, access.actor)
          return await models.create(
            tx,
            { workspace, experimentId: experiment.id, name, modelType, sourceRunId, parameters, tags },
            access,
          )
        })
        return { model: writeLoggedModel(model) }
      },
    },
    {
      method: 'POST',
      path: '/logged-models/search',
      permission: 'run.read',
      async answer({ fields, workspace }) {
        const ids = fields.texts('experiment_ids', 10_000)
        if (ids.length === 0) throw invalidParameter("Missing value for required parameter 'experiment_ids'.")
        const own = ids.includes('0') ? await experiments.findById(store.read, workspace, '0') : undefined
        const page = await models.search({
          workspace,
          experimentIds: ids.map((id) => (id === '0' ? (own?.id ?? id) : id)),
          filter: fields.text('filter', 20_000) ?? '',
          order: fields.objects('order_by', 20).map(readOrder),
          limit: fields.count('max_results', 100, 10_000),
          pageToken: fields.text('page_token', 100_000) || undefined,
        })
        return {
          models: page.models.map(writeLoggedModel),
          ...(page.nextPageToken === undefined ? {} : { next_page_token: page.nextPageToken }),
        }
      },
    },
    {
      method: 'GET',
      path: '/logged-models/:model_id',
      permission: 'run.read',
      async answer(call) {
        return { model: writeLoggedModel(await find(call, call.fields.flag('allow_deleted'))) }
      },
    },
    {
      method: 'PATCH',
      path: '/logged-models/:model_id',
      permission: 'run.write',
      async answer(call) {
        const text = call.fields.requiredText('status', 50)
        const status = Object.hasOwn(statuses, text) ? statuses[text] : undefined
        if (status === undefined || status === 'pending')
          throw invalidParameter(
            `Invalid model status: '${text}'. Expected LOGGED_MODEL_READY or LOGGED_MODEL_UPLOAD_FAILED.`,
          )
        return await change(call, (tx, model) => models.finish(tx, model, status, call.fields.text('status_message')))
      },
    },
    {
      method: 'DELETE',
      path: '/logged-models/:model_id',
      permission: 'run.write',
      async answer(call) {
        await change(call, models.remove)
        return nothing
      },
    },
    {
      method: 'PATCH',
      path: '/logged-models/:model_id/tags',
      permission: 'run.write',
      async answer(call) {
        const tags = call.fields.pairs('tags', 1000, longestPair)
        return await change(call, (tx, model) => models.setTags(tx, model, tags))
      },
    },
    {
      method: 'DELETE',
      path: '/logged-models/:model_id/tags/:key',
      permission: 'run.write',
      async answer(call) {
        const key = call.params['key'] ?? ''
        await change(call, async (tx, model) => {
          if (!(await models.removeTag(tx, model, key)))
            throw missingObject(`No tag with key '${key}' found for model with ID '${model.id}'.`)
        })
        return nothing
      },
    },
    {
      method: 'POST',
      path: '/logged-models/:model_id/params',
      permission: 'run.write',
      async answer(call) {
        const parameters = call.fields.pairs('params', 100, longestPair)
        await change(call, (tx, model) => models.addParameters(tx, model, parameters))
        return nothing
      },
    },
    {
      method: 'GET',
      path: '/logged-models/:model_id/artifacts/directories',
      permission: 'run.read',
      async answer(call) {
        const model = await find(call)
        const folder = checkArtifactPath(call.fields.text('artifact_directory_path', 1000) ?? '')
        const items = oneLevel(await artifacts.below(store.read, model.id, folder), folder)
        return {
          root_uri: loggedModelRoot(model.experimentId, model.id),
          files: items.map((item) => writeItem(item)),
        }
      },
    },
  ]
}

/** `{field_name, ascending}` in the grammar of the other searches. */
function readOrder(order: Fields): string {
  const name = order.requiredText('field_name', 500)
  const dot = name.indexOf('.')
  const quoted = dot === -1 ? name : `${name.slice(0, dot)}.\`${name.slice(dot + 1).replaceAll('`', '``')}\``
  return `${quoted} ${!order.has('ascending') || order.flag('ascending') ? 'ASC' : 'DESC'}`
}
