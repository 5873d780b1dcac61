import type { Clock } from '@modelyard/platform'
import type { Experiments, LoggedMetric } from '../experiments/index.ts'
import type { Platform } from '../platform/index.ts'
import { nothing, type Endpoint, type WireCall } from './endpoint.ts'
import { longestRunTag, runIdOf } from './run-endpoints.ts'
import { readDouble, readInteger, type Fields } from './wire.ts'
import { invalidParameter, missingObject } from './wire-error.ts'

const mostMetrics = 1000
const mostParameters = 100
const mostTags = 100
const mostTogether = 1000
const longestParameter = 6000

/** What a run says about itself while it runs. These are the calls that come by the thousand. */
export function logEndpoints({ store, clock }: Pick<Platform, 'store' | 'clock'>, room: Experiments): Endpoint[] {
  const { runs, metrics, models } = room.services

  async function logMetric({ request, workspace, access }: WireCall): Promise<object> {
    const body = (request.body ?? nothing) as Readonly<Record<string, unknown>>
    const point = readPoint(body, 'metric', clock)
    const runId = textOf(body['run_id']) ?? textOf(body['run_uuid'])
    if (runId === undefined) throw missing('run_id')
    await runs.writeFast(async (tx) => {
      const run = await runs.requireWritable(tx, workspace, runId, access)
      await metrics.log(tx, run, [point])
      if (point.modelId !== undefined) await models.linkMetrics(tx, workspace, run.id, [point])
    })
    return nothing
  }

  async function logBatch({ fields, workspace, access }: WireCall): Promise<object> {
    const id = runIdOf(fields)
    const points = readPoints(fields, clock)
    const parameters = fields.cutPairs('params', mostParameters, longestParameter)
    const tags = fields.cutPairs('tags', mostTags, longestRunTag)
    const together = points.length + Object.keys(parameters).length + Object.keys(tags).length
    if (together > mostTogether)
      throw invalidParameter(
        `A batch logging request can contain at most ${mostTogether} metrics, params and tags together. Got ${together}.`,
      )
    await runs.writeFast(async (tx) => {
      const run = await runs.requireWritable(tx, workspace, id, access)
      if (Object.keys(parameters).length > 0) await runs.logParameters(tx, run.id, parameters)
      if (Object.keys(tags).length > 0) await runs.setTags(tx, run.id, tags, access)
      await metrics.log(tx, run, points)
      await models.linkMetrics(tx, workspace, run.id, points)
    })
    return nothing
  }

  return [
    { method: 'POST', path: '/runs/log-metric', permission: 'run.write', answer: logMetric },
    { method: 'POST', path: '/runs/log-batch', permission: 'run.write', answer: logBatch },
    {
      method: 'POST',
      path: '/runs/log-parameter',
      permission: 'run.write',
      async answer({ fields, workspace, access }) {
        const id = runIdOf(fields)
        const name = fields.requiredText('key', 250)
        const value = fields.cutText('value', longestParameter)
        await runs.writeFast(async (tx) => {
          const run = await runs.requireWritable(tx, workspace, id, access)
          await runs.logParameters(tx, run.id, Object.fromEntries([[name, value]]))
        })
        return nothing
      },
    },
    {
      method: 'POST',
      path: '/runs/set-tag',
      permission: 'run.write',
      async answer({ fields, workspace, access }) {
        const id = runIdOf(fields)
        const name = fields.requiredText('key', 250)
        const value = fields.cutText('value', longestRunTag)
        await runs.writeFast(async (tx) => {
          const run = await runs.requireWritable(tx, workspace, id, access)
          await runs.setTags(tx, run.id, Object.fromEntries([[name, value]]), access)
        })
        return nothing
      },
    },
    {
      method: 'POST',
      path: '/runs/delete-tag',
      permission: 'run.write',
      async answer({ fields, workspace, access }) {
        const id = runIdOf(fields)
        const name = fields.requiredText('key', 250)
        await store.write(async (tx) => {
          const run = await runs.requireWritable(tx, workspace, id, access)
          if (!(await runs.removeTag(tx, run.id, name)))
            throw missingObject(`No tag with name: ${name} in run with id ${id}`)
        })
        return nothing
      },
    },
    {
      method: 'POST',
      path: '/runs/log-model',
      permission: 'run.write',
      async answer({ fields, workspace, access }) {
        const id = runIdOf(fields)
        const model = readModelDocument(fields.requiredText('model_json', 2_000_000))
        await store.write(async (tx) => {
          const run = await runs.requireWritable(tx, workspace, id, access)
          await runs.appendToTag(tx, run.id, 'mlflow.log-model.history', model)
        })
        return nothing
      },
    },
  ]
}

function missing(name: string): Error {
  return invalidParameter(
    `Missing value for required parameter '${name}'. See the API docs for more information about request parameters.`,
  )
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function readPoints(fields: Fields, clock: Clock): LoggedMetric[] {
  const given = fields.source['metrics'] ?? []
  if (!Array.isArray(given))
    throw invalidParameter("Invalid value for parameter 'metrics' supplied: it must be a list.")
  if (given.length > mostMetrics)
    throw invalidParameter(
      `A batch logging request can contain at most ${mostMetrics} metrics. Got ${given.length} metrics. Please split up metrics across multiple requests and try again.`,
    )
  return given.map((metric: unknown, index) => {
    if (typeof metric !== 'object' || metric === null)
      throw invalidParameter(`Invalid value for parameter 'metrics[${index}]' supplied: it must be an object.`)
    return readPoint(metric as Record<string, unknown>, `metrics[${index}]`, clock)
  })
}

/** One metric, read by hand: this is the most frequent body of all. */
function readPoint(body: Readonly<Record<string, unknown>>, where: string, clock: Clock): LoggedMetric {
  const name = textOf(body['key'])
  if (name === undefined) throw missing(where === 'metric' ? 'key' : `${where}.key`)
  const value = readDouble(body['value'])
  if (value === undefined)
    throw body['value'] === undefined || body['value'] === null
      ? missing(where === 'metric' ? 'value' : `${where}.value`)
      : invalidParameter(
          `Invalid value ${JSON.stringify(body['value']).slice(0, 100)} for parameter '${where}.value' supplied: it must be a number.`,
        )
  const step = readInteger(body['step'] ?? 0)
  const at = readInteger(body['timestamp'] ?? clock.now())
  if (step === undefined || at === undefined)
    throw invalidParameter(
      `Invalid value for parameter '${where}.${step === undefined ? 'step' : 'timestamp'}' supplied: it must be a whole number below 2^53.`,
    )
  const modelId = textOf(body['model_id'])
  const point = { name, value, step, at }
  if (modelId === undefined) return point
  return {
    ...point,
    modelId,
    datasetName: textOf(body['dataset_name']) ?? '',
    datasetDigest: textOf(body['dataset_digest']) ?? '',
  }
}

const modelKeys = ['artifact_path', 'flavors', 'utc_time_created', 'run_id']

function readModelDocument(text: string): object {
  let model: unknown
  try {
    model = JSON.parse(text)
  } catch {
    throw invalidParameter("Malformed model info: 'model_json' is not JSON.")
  }
  const lacking = modelKeys.filter((key) => typeof model !== 'object' || model === null || !Object.hasOwn(model, key))
  if (lacking.length > 0) throw invalidParameter(`Model json is missing mandatory fields: ${lacking.join(', ')}`)
  return model as object
}
