import type { Models } from '../models/index.ts'
import type { Platform } from '../platform/index.ts'
import { nothing, type Endpoint, type WireCall } from './endpoint.ts'
import { latestByStage, readTags, stageOf, stages, writeModel, writeVersion } from './registry-entities.ts'
import { searchModels } from './registry-search.ts'
import type { Fields } from './wire.ts'
import { invalidParameter, missingObject, WireError } from './wire-error.ts'

export const longestTag = 100_000
export const longestDescription = 5000
const mostModels = 100_000

/** A registered model's name: what stands in `models:/NAME/VERSION` and `models:/NAME@ALIAS`. */
export function readModelName(fields: Fields, name = 'name'): string {
  const text = fields.requiredText(name, 250)
  if (/[/:@]/.test(text))
    throw invalidParameter(`Invalid model name: '${text}'. Model name cannot contain slashes, colons or @.`)
  return text
}

export function byOf({ access, request }: WireCall): { actor: string; requestId: string } {
  return { actor: access.actor, requestId: request.id }
}

export function modelEndpoints({ store }: Pick<Platform, 'store'>, models: Models): Endpoint[] {
  const { read } = store

  async function find({ workspace }: WireCall, name: string): Promise<object> {
    const model = await models.findModel(read, workspace, name)
    if (model === undefined) throw missingObject(`Registered Model with name=${name} not found`)
    return {
      registered_model: writeModel(
        model,
        await models.listAliases(read, workspace, name),
        await models.listVersions(read, workspace, name),
      ),
    }
  }

  async function latest(call: WireCall): Promise<object> {
    const name = readModelName(call.fields)
    const wished = call.fields.texts('stages', 10).map(readStage)
    await models.requireModel(read, call.workspace, name)
    const aliases = await models.listAliases(read, call.workspace, name)
    const versions = latestByStage(await models.listVersions(read, call.workspace, name))
    return {
      model_versions: versions
        .filter((version) => wished.length === 0 || wished.includes(stageOf(version)))
        .map((version) => writeVersion(version, aliases)),
    }
  }

  return [
    {
      method: 'POST',
      path: '/registered-models/create',
      permission: 'model.register',
      async answer(call) {
        const name = readModelName(call.fields)
        const tags = call.fields.pairs('tags', 1000, longestTag)
        const description = call.fields.text('description', longestDescription) ?? ''
        const made = await store.write((tx) =>
          models.createModel(tx, call.workspace, name, byOf(call), { description, tags }),
        )
        if (!made)
          throw new WireError('RESOURCE_ALREADY_EXISTS', 400, `Registered Model (name=${name}) already exists.`)
        return await find(call, name)
      },
    },
    {
      method: 'GET',
      path: '/registered-models/get',
      permission: 'model.read',
      answer: (call) => find(call, readModelName(call.fields)),
    },
    {
      method: 'POST',
      path: '/registered-models/rename',
      permission: 'model.write',
      async answer(call) {
        const name = readModelName(call.fields)
        const newName = readModelName(call.fields, 'new_name')
        await store.write((tx) => models.renameModel(tx, call.workspace, name, newName, byOf(call)))
        return await find(call, newName)
      },
    },
    {
      method: 'PATCH',
      path: '/registered-models/update',
      permission: 'model.write',
      async answer(call) {
        const name = readModelName(call.fields)
        const description = call.fields.text('description', longestDescription) ?? ''
        await store.write((tx) => models.changeModel(tx, call.workspace, name, { description }, byOf(call)))
        return await find(call, name)
      },
    },
    {
      method: 'DELETE',
      path: '/registered-models/delete',
      permission: 'model.write',
      async answer(call) {
        const name = readModelName(call.fields)
        await store.write((tx) => models.deleteModel(tx, call.workspace, name, byOf(call)))
        return nothing
      },
    },
    {
      method: 'GET',
      path: '/registered-models/search',
      permission: 'model.read',
      async answer({ fields, workspace }) {
        const page = searchModels(await models.listModelRows(read, workspace, mostModels), {
          filter: fields.text('filter', 20_000) ?? '',
          order: fields.texts('order_by', 20),
          limit: fields.count('max_results', 100, 1000),
          pageToken: fields.text('page_token', 500) || undefined,
        })
        const aliases = await models.listAliases(read, workspace)
        const found = []
        for (const row of page.rows)
          found.push(writeModel(row, aliases, await models.listVersions(read, workspace, row.name)))
        return {
          registered_models: found,
          ...(page.nextPageToken === undefined ? {} : { next_page_token: page.nextPageToken }),
        }
      },
    },
    { method: 'POST', path: '/registered-models/get-latest-versions', permission: 'model.read', answer: latest },
    { method: 'GET', path: '/registered-models/get-latest-versions', permission: 'model.read', answer: latest },
    {
      method: 'POST',
      path: '/registered-models/set-tag',
      permission: 'model.write',
      async answer(call) {
        const name = readModelName(call.fields)
        const key = call.fields.requiredText('key', 250)
        const value = call.fields.text('value', longestTag) ?? ''
        await store.write(async (tx) => {
          const model = await models.requireModel(tx, call.workspace, name)
          const tags = Object.fromEntries([...Object.entries(readTags(model.tags)), [key, value]])
          await models.changeModel(tx, call.workspace, name, { tags }, byOf(call))
        })
        return nothing
      },
    },
    {
      method: 'DELETE',
      path: '/registered-models/delete-tag',
      permission: 'model.write',
      async answer(call) {
        const name = readModelName(call.fields)
        const key = call.fields.requiredText('key', 250)
        await store.write(async (tx) => {
          const model = await models.requireModel(tx, call.workspace, name)
          const tags = Object.fromEntries(Object.entries(readTags(model.tags)).filter(([each]) => each !== key))
          await models.changeModel(tx, call.workspace, name, { tags }, byOf(call))
        })
        return nothing
      },
    },
    {
      method: 'POST',
      path: '/registered-models/alias',
      permission: 'model.alias',
      async answer(call) {
        const name = readModelName(call.fields)
        const alias = call.fields.requiredText('alias', 255)
        const version = readVersionNumber(call.fields)
        await store.write((tx) => models.setAlias(tx, call.workspace, name, alias, version, byOf(call)))
        return nothing
      },
    },
    {
      method: 'DELETE',
      path: '/registered-models/alias',
      permission: 'model.alias',
      async answer(call) {
        const name = readModelName(call.fields)
        const alias = call.fields.requiredText('alias', 255)
        await store.write((tx) => models.removeAlias(tx, call.workspace, name, alias, byOf(call)))
        return nothing
      },
    },
    {
      method: 'GET',
      path: '/registered-models/alias',
      permission: 'model.read',
      async answer({ fields, workspace }) {
        const name = readModelName(fields)
        const alias = fields.requiredText('alias', 255)
        await models.requireModel(read, workspace, name)
        const found = await models.findAlias(read, workspace, name, alias)
        const version = found === undefined ? undefined : await models.findVersion(read, workspace, name, found.version)
        if (version === undefined) throw invalidParameter(`Registered model alias ${alias} not found.`)
        return { model_version: writeVersion(version, await models.listAliases(read, workspace, name)) }
      },
    },
  ]
}

/** A version is a string on the wire, and its digits are all it may hold. */
export function readVersionNumber(fields: Fields): number {
  const value = fields.has('version') ? fields.integer('version') : undefined
  if (value === undefined) throw invalidParameter("Missing value for required parameter 'version'.")
  if (value < 1 || value > 999_999_999)
    throw invalidParameter(`Parameter 'version' must be a positive integer, got '${value}'`)
  return value
}

export function readStage(text: string): (typeof stages)[number] {
  const stage = stages.find((each) => each.toLowerCase() === text.toLowerCase())
  if (stage === undefined)
    throw invalidParameter(
      `Invalid Model Version stage: ${text.slice(0, 50)}. Value must be one of ${stages.join(', ')}.`,
    )
  return stage
}
