import { ModelyardError, type Job, type PipelineEndpoint } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import { appendEvent, toPage, type Platform, type Transaction } from '../platform/index.ts'
import * as store from './pipeline-endpoint-store.ts'
import type { PipelineEndpointTable } from './pipeline-tables.ts'
import type { By, PublishingService, Start } from './publishing-service.ts'
import { requireEnabled } from './submission-words.ts'

interface Change {
  readonly name?: string | undefined
  readonly description?: string | undefined
  readonly enabled?: boolean | undefined
  readonly defaultVersion?: number | undefined
}

/** Stable addresses in front of published pipelines: what is called stays, what it starts can be exchanged. */
export function createPipelineEndpointService(platform: Platform, publishing: PublishingService) {
  const { read } = platform.store

  async function require(workspace: string, idOrName: string): Promise<PipelineEndpointTable> {
    const row = await store.findEndpoint(read, workspace, idOrName)
    if (row === undefined)
      throw new ModelyardError(
        'pipeline_endpoint_not_found',
        `There is no pipeline endpoint '${idOrName.slice(0, 128)}' in the workspace '${workspace}'.`,
      )
    return row
  }

  async function toDocument(row: PipelineEndpointTable): Promise<PipelineEndpoint> {
    const versions = await store.listEndpointVersions(read, row.id)
    return {
      id: row.id,
      name: row.name,
      description: row.description,
      enabled: row.enabled === 1,
      defaultVersion: row.default_version,
      versions: versions.map((version) => ({
        version: version.version,
        pipelineId: version.pipeline_id,
        pipeline: { name: version.pipeline_name, version: version.pipeline_version },
        createdAt: toTimestamp(version.created_at),
      })),
      createdAt: toTimestamp(row.created_at),
      createdBy: row.created_by,
      updatedAt: toTimestamp(row.updated_at),
    }
  }

  async function get(workspace: string, idOrName: string): Promise<PipelineEndpoint> {
    return toDocument(await require(workspace, idOrName))
  }

  async function list(workspace: string, query: { pageSize: number; pageToken?: string | undefined }) {
    const rows = await store.listEndpoints(read, workspace, query.pageSize + 1, query.pageToken)
    const page = toPage(
      rows,
      query.pageSize,
      (row) => [row.created_at, row.id],
      (row) => row,
    )
    return { ...page, items: await Promise.all(page.items.map(toDocument)) }
  }

  /** Names are unique among the endpoints of a workspace; asked inside the transaction that takes one. */
  async function requireFree(tx: Transaction, workspace: string, name: string, but?: string): Promise<void> {
    const taken = await store.findEndpoint(tx, workspace, name)
    if (taken !== undefined && taken.id !== but)
      throw new ModelyardError('already_exists', `There is a pipeline endpoint '${name}' already.`)
  }

  async function create(
    workspace: string,
    input: { name: string; description: string; pipelineId: string },
    by: By,
  ): Promise<PipelineEndpoint> {
    await publishing.requireById(workspace, input.pipelineId)
    const at = platform.clock.now()
    const id = platform.newId('ple')
    await platform.store.write(async (tx) => {
      await requireFree(tx, workspace, input.name)
      await store.insertEndpoint(tx, {
        id,
        workspace,
        name: input.name,
        description: input.description,
        enabled: 1,
        default_version: 0,
        created_at: at,
        created_by: by.actor,
        updated_at: at,
      })
      await store.insertEndpointVersion(tx, {
        endpoint_id: id,
        version: 0,
        pipeline_id: input.pipelineId,
        created_at: at,
      })
      await appendEvent(tx, {
        name: 'pipeline_endpoint.created',
        subject: input.name,
        workspace,
        at,
        ...by,
        after: { id, name: input.name, pipelineId: input.pipelineId },
      })
    })
    return get(workspace, id)
  }

  async function addVersion(
    workspace: string,
    idOrName: string,
    input: { pipelineId: string; makeDefault: boolean },
    by: By,
  ): Promise<PipelineEndpoint> {
    const row = await require(workspace, idOrName)
    await publishing.requireById(workspace, input.pipelineId)
    const at = platform.clock.now()
    await platform.store.write(async (tx) => {
      const version = await store.nextEndpointVersion(tx, row.id)
      const { pipelineId: pipeline_id } = input
      await store.insertEndpointVersion(tx, { endpoint_id: row.id, version, pipeline_id, created_at: at })
      await store.updateEndpoint(tx, row.id, {
        updated_at: at,
        ...(input.makeDefault ? { default_version: version } : {}),
      })
      await noteChange(tx, row, { before: {}, after: { version, ...input }, at }, by)
    })
    return get(workspace, row.id)
  }

  async function change(workspace: string, idOrName: string, wish: Change, by: By): Promise<PipelineEndpoint> {
    const row = await require(workspace, idOrName)
    if (wish.defaultVersion !== undefined) await pipelineOf(row, wish.defaultVersion)
    const at = platform.clock.now()
    await platform.store.write(async (tx) => {
      if (wish.name !== undefined) await requireFree(tx, workspace, wish.name, row.id)
      await store.updateEndpoint(tx, row.id, {
        updated_at: at,
        ...(wish.name === undefined ? {} : { name: wish.name }),
        ...(wish.description === undefined ? {} : { description: wish.description }),
        ...(wish.enabled === undefined ? {} : { enabled: Number(wish.enabled) }),
        ...(wish.defaultVersion === undefined ? {} : { default_version: wish.defaultVersion }),
      })
      const before = { name: row.name, enabled: row.enabled === 1, defaultVersion: row.default_version }
      await noteChange(tx, row, { before, after: { ...before, ...wish }, at }, by)
    })
    return get(workspace, row.id)
  }

  async function noteChange(
    tx: Transaction,
    row: PipelineEndpointTable,
    { before, after, at }: { before: object; after: object; at: number },
    by: By,
  ): Promise<void> {
    await appendEvent(tx, {
      name: 'pipeline_endpoint.changed',
      subject: row.name,
      workspace: row.workspace,
      at,
      ...by,
      before: { ...before },
      after: { ...after },
    })
  }

  /** The published pipeline behind a version. */
  async function pipelineOf(row: PipelineEndpointTable, version: number) {
    const found = (await store.listEndpointVersions(read, row.id)).find((each) => each.version === version)
    if (found === undefined)
      throw new ModelyardError('pipeline_not_found', `The pipeline endpoint '${row.name}' has no version ${version}.`)
    return found
  }

  /** Starts the pipeline behind a version of the endpoint, or behind its default. */
  async function start(
    workspace: string,
    idOrName: string,
    input: Omit<Start, 'version'> & { readonly endpointVersion?: number | undefined },
    by: By,
  ): Promise<Job> {
    const row = await require(workspace, idOrName)
    requireEnabled(row.enabled === 1, row.name)
    const { endpointVersion = row.default_version, ...rest } = input
    const behind = await pipelineOf(row, endpointVersion)
    return publishing.start(workspace, behind.pipeline_name, { ...rest, version: behind.pipeline_version }, by)
  }

  return { get, list, create, addVersion, change, start }
}

export type PipelineEndpointService = ReturnType<typeof createPipelineEndpointService>
