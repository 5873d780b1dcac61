import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ModelyardError, type RoutedDeployment, type RoutedEndpoint, type RoutingTable } from '@modelyard/contract'
import { readTree, type Data } from '../data/index.ts'
import type { Environments } from '../environments/index.ts'
import type { Models } from '../models/index.ts'
import {
  appendEvent,
  invalidDocument,
  nearest,
  parseDocument,
  type Database,
  type ParsedDocument,
  type Platform,
  type SecretBox,
} from '../platform/index.ts'
import type { DeployTarget } from './deploy-target.ts'
import { DeploymentDocument, EndpointDocument } from './endpoint-document.ts'
import * as store from './endpoint-store.ts'
import type { DeploymentTable, EndpointTable } from './endpoint-tables.ts'
import { checkTraffic, trafficWith, type Traffic } from './traffic.ts'

const keyAlphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789'
const maxBodyBytes = 16 * 2 ** 20
const queuePerInstance = 256

export interface By {
  readonly actor: string
  readonly requestId: string
}
export interface Source {
  readonly source: { readonly name: string; readonly text: string }
  readonly code: Readonly<Record<string, string>>
}

export interface EndpointDeps {
  readonly data: Data
  readonly models: Models
  readonly environments: Environments
  readonly target: DeployTarget
  readonly secrets: SecretBox
  /** SHA-256 of the tokens that may call endpoints of a workspace, for `auth_mode: token`. */
  invokerHashes(workspace: string): Promise<string[]>
}

export function createEndpointService(platform: Platform, deps: EndpointDeps, changed: () => void) {
  const { store: database, clock } = platform
  const logFileOf = (row: { workspace: string; endpoint: string; name: string }): string =>
    join(platform.configuration.home, 'logs', 'deployments', row.workspace, row.endpoint, `${row.name}.log`)

  function newKey(): string {
    let key = ''
    while (key.length < 40)
      for (const byte of platform.randomness.bytes(60))
        if (byte < 224 && key.length < 40) key += keyAlphabet.charAt(byte % 56)
    return key
  }

  const sealName = (workspace: string, endpoint: string, which: string): string =>
    `endpoint/${workspace}/${endpoint}/${which}`

  async function requireEndpoint(db: Database, workspace: string, name: string): Promise<EndpointTable> {
    const row = await store.findEndpoint(db, workspace, name)
    if (row === undefined)
      throw new ModelyardError('endpoint_not_found', `There is no endpoint '${name}' in the workspace '${workspace}'.`)
    return row
  }

  async function requireDeployment(
    db: Database,
    workspace: string,
    endpoint: string,
    name: string,
  ): Promise<DeploymentTable> {
    await requireEndpoint(db, workspace, endpoint)
    const row = await store.findDeployment(db, workspace, endpoint, name)
    if (row === undefined)
      throw new ModelyardError('deployment_not_found', `The endpoint '${endpoint}' has no deployment '${name}'.`)
    return row
  }

  async function createEndpoint(workspace: string, input: Source, by: By): Promise<EndpointTable> {
    const { value, placeOf } = parseDocument(input.source, EndpointDocument)
    const sum = Object.values(value.traffic ?? {}).reduce((total, weight) => total + weight, 0)
    if (sum !== 0 && sum !== 100)
      throw invalidDocument(input.source.name, [
        placeOf(['traffic'], `the weights sum to ${sum}; they must sum to 0 or 100`),
      ])
    const at = clock.now()
    const seal = (which: string): string => deps.secrets.seal(newKey(), sealName(workspace, value.name, which))
    const row: EndpointTable = {
      workspace,
      name: value.name,
      auth_mode: value.auth_mode,
      description: value.description,
      tags: JSON.stringify(value.tags),
      traffic: JSON.stringify(value.traffic ?? {}),
      primary_key: seal('primary'),
      secondary_key: seal('secondary'),
      created_at: at,
      updated_at: at,
    }
    await database.write(async (tx) => {
      if (!(await store.insertEndpoint(tx, row)))
        throw new ModelyardError(
          'already_exists',
          `There is already an endpoint '${value.name}' in the workspace '${workspace}'.`,
        )
      await appendEvent(tx, {
        name: 'endpoint.created',
        subject: value.name,
        workspace,
        at,
        ...by,
        data: { endpoint: value.name },
        after: { name: value.name, authMode: value.auth_mode },
      })
    })
    changed()
    return row
  }

  async function deleteEndpoint(workspace: string, name: string, by: By): Promise<void> {
    await database.write(async (tx) => {
      await requireEndpoint(tx, workspace, name)
      await store.deleteEndpoint(tx, workspace, name)
      await appendEvent(tx, {
        name: 'endpoint.deleted',
        subject: name,
        workspace,
        at: clock.now(),
        ...by,
        data: { endpoint: name },
        before: { name },
      })
    })
    changed()
  }

  function keysOf(row: EndpointTable): { primary: string; secondary: string } {
    return {
      primary: deps.secrets.open(row.primary_key, sealName(row.workspace, row.name, 'primary')),
      secondary: deps.secrets.open(row.secondary_key, sealName(row.workspace, row.name, 'secondary')),
    }
  }

  async function regenerateKey(
    workspace: string,
    name: string,
    which: 'primary' | 'secondary',
    by: By,
  ): Promise<{ primary: string; secondary: string }> {
    await database.write(async (tx) => {
      await requireEndpoint(tx, workspace, name)
      const sealed = deps.secrets.seal(newKey(), sealName(workspace, name, which))
      await store.changeEndpoint(
        tx,
        workspace,
        name,
        which === 'primary' ? { primary_key: sealed } : { secondary_key: sealed },
      )
      await appendEvent(tx, {
        name: 'endpoint.keys_regenerated',
        subject: name,
        workspace,
        at: clock.now(),
        ...by,
        data: { endpoint: name },
        after: { key: which },
      })
    })
    changed()
    return keysOf(await requireEndpoint(database.read, workspace, name))
  }

  async function setTraffic(workspace: string, name: string, traffic: Traffic, by: By): Promise<void> {
    await database.write(async (tx) => {
      const row = await requireEndpoint(tx, workspace, name)
      const deployments = (await store.listDeployments(tx, workspace, name)).map((deployment) => deployment.name)
      checkTraffic(traffic, deployments, name)
      await store.changeEndpoint(tx, workspace, name, { traffic: JSON.stringify(traffic), updated_at: clock.now() })
      await appendEvent(tx, {
        name: 'endpoint.traffic_changed',
        subject: name,
        workspace,
        at: clock.now(),
        ...by,
        data: { endpoint: name, traffic },
        before: JSON.parse(row.traffic) as unknown,
        after: traffic,
      })
    })
    changed()
  }

  /** Reads a deployment's file and finds everything it names. */
  async function prepare(
    workspace: string,
    endpoint: string,
    input: Source,
  ): Promise<{
    document: DeploymentDocument
    row: Omit<DeploymentTable, 'revision' | 'created_at' | 'updated_at' | 'state' | 'reason' | 'error'>
  }> {
    const parsed = parseDocument(input.source, DeploymentDocument)
    const { value, placeOf } = parsed
    const refuse = (path: string[], message: string, suggestion?: string): never => {
      throw invalidDocument(input.source.name, [placeOf(path, message, suggestion)])
    }
    if (value.endpoint_name !== undefined && value.endpoint_name !== endpoint)
      refuse(
        ['endpoint_name'],
        `is \`${value.endpoint_name}\`, but the deployment is made at the endpoint \`${endpoint}\``,
      )
    const code = await resolveCode(workspace, parsed, input)
    const model = value.model === undefined ? undefined : await resolveModel(workspace, parsed, input)
    if (code === undefined && model === undefined) refuse(['name'], 'needs a `model`, a `code_configuration`, or both')
    if (code === undefined && model?.format !== 'mlflow')
      refuse(
        ['model'],
        `is ${model?.format === 'onnx' ? 'an ONNX model' : 'no MLflow model'}; it needs a scoring script in \`code_configuration\``,
      )
    const environment = deps.environments.resolveDefault()
    return {
      document: value,
      row: {
        workspace,
        endpoint,
        name: value.name,
        model_name: model?.name ?? null,
        model_version: model?.version ?? null,
        model_format: model?.format ?? null,
        model_tree: model?.tree ?? null,
        code_tree: code?.tree ?? null,
        scoring_script: code?.script ?? null,
        python: environment.python,
        instance_count: value.instance_count,
        request_timeout_ms: value.request_settings.request_timeout_ms,
        max_concurrent_requests: value.request_settings.max_concurrent_requests_per_instance,
        max_queue: queuePerInstance * value.instance_count,
        max_batch_rows: value.batching.max_rows,
        environment_variables: JSON.stringify(value.environment_variables),
        tags: JSON.stringify(value.tags),
      },
    }
  }

  async function resolveCode(
    workspace: string,
    { value, placeOf }: ParsedDocument<DeploymentDocument>,
    input: Source,
  ): Promise<{ tree: string; script: string } | undefined> {
    if (value.code_configuration === undefined) return undefined
    const { code, scoring_script: script } = value.code_configuration
    const tree = input.code[code]
    if (tree === undefined)
      throw invalidDocument(input.source.name, [
        placeOf(
          ['code_configuration', 'code'],
          `the folder \`${code}\` was not uploaded; its digest belongs into \`code\``,
        ),
      ])
    const files = (await deps.data.requireTree(workspace, tree)).map((entry) => entry.path)
    const wanted = script.replace(/^\.\//, '')
    if (!files.includes(wanted))
      throw invalidDocument(input.source.name, [
        placeOf(
          ['code_configuration', 'scoring_script'],
          `there is no \`${wanted}\` in \`${code}\``,
          nearest(wanted, files),
        ),
      ])
    return { tree, script: wanted }
  }

  async function resolveModel(
    workspace: string,
    { value, placeOf }: ParsedDocument<DeploymentDocument>,
    input: Source,
  ) {
    const reference = typeof value.model === 'string' ? value.model : (value.model?.path ?? '')
    const uploaded = input.code[reference]
    if (uploaded !== undefined) {
      await deps.data.requireTree(workspace, uploaded)
      const entries = (await readTree(platform.content, uploaded)) ?? []
      return {
        name: null,
        version: null,
        format: entries.some((entry) => entry.path === 'MLmodel') ? ('mlflow' as const) : ('custom' as const),
        tree: uploaded,
      }
    }
    const version = await deps.models.resolveModelVersion(database.read, workspace, reference)
    if (version?.tree === undefined || version.tree === null)
      throw invalidDocument(input.source.name, [placeOf(['model'], `there is no model version \`${reference}\``)])
    return { name: version.model, version: String(version.version), format: version.format, tree: version.tree }
  }

  async function createDeployment(
    workspace: string,
    endpoint: string,
    input: Source,
    by: By,
  ): Promise<DeploymentTable> {
    await requireEndpoint(database.read, workspace, endpoint)
    const { document, row } = await prepare(workspace, endpoint, input)
    const at = clock.now()
    const full: DeploymentTable = {
      ...row,
      revision: 1,
      state: 'creating',
      reason: '',
      error: null,
      created_at: at,
      updated_at: at,
    }
    await database.write(async (tx) => {
      const owner = await requireEndpoint(tx, workspace, endpoint)
      const existing = (await store.listDeployments(tx, workspace, endpoint)).map((deployment) => deployment.name)
      if (!(await store.insertDeployment(tx, full)))
        throw new ModelyardError('already_exists', `The endpoint '${endpoint}' already has a deployment '${row.name}'.`)
      const traffic = trafficWith(JSON.parse(owner.traffic) as Traffic, existing, row.name, document.traffic)
      await store.changeEndpoint(tx, workspace, endpoint, { traffic: JSON.stringify(traffic), updated_at: at })
      await appendEvent(tx, {
        name: 'deployment.created',
        subject: `${endpoint}/${row.name}`,
        workspace,
        at,
        ...by,
        data: { endpoint, deployment: row.name },
        after: { name: row.name, model: row.model_name, version: row.model_version },
      })
    })
    changed()
    return full
  }

  async function updateDeployment(
    workspace: string,
    endpoint: string,
    name: string,
    input: Source,
    by: By,
  ): Promise<DeploymentTable> {
    await requireDeployment(database.read, workspace, endpoint, name)
    const { document, row } = await prepare(workspace, endpoint, input)
    if (document.name !== name)
      throw new ModelyardError(
        'document_invalid',
        `The file is of the deployment '${document.name}', not of '${name}'.`,
      )
    await database.write(async (tx) => {
      const before = await requireDeployment(tx, workspace, endpoint, name)
      await store.changeDeployment(
        tx,
        { workspace, endpoint, name },
        {
          ...row,
          revision: before.revision + 1,
          state: before.state === 'ready' ? 'updating' : 'creating',
          reason: '',
          error: null,
          updated_at: clock.now(),
        },
      )
      await appendEvent(tx, {
        name: 'deployment.changed',
        subject: `${endpoint}/${name}`,
        workspace,
        at: clock.now(),
        ...by,
        data: { endpoint, deployment: name, state: 'updating' },
        before: { version: before.model_version, revision: before.revision },
        after: { version: row.model_version, revision: before.revision + 1 },
      })
    })
    changed()
    return requireDeployment(database.read, workspace, endpoint, name)
  }

  async function deleteDeployment(workspace: string, endpoint: string, name: string, by: By): Promise<void> {
    await database.write(async (tx) => {
      await requireDeployment(tx, workspace, endpoint, name)
      const owner = await requireEndpoint(tx, workspace, endpoint)
      const { [name]: weight = 0, ...rest } = JSON.parse(owner.traffic) as Record<string, number>
      if (weight > 0)
        throw new ModelyardError(
          'precondition_failed',
          `The deployment '${name}' gets ${weight} % of the traffic; move it to another one first.`,
        )
      await store.deleteDeployment(tx, workspace, endpoint, name)
      await store.changeEndpoint(tx, workspace, endpoint, { traffic: JSON.stringify(rest), updated_at: clock.now() })
      await appendEvent(tx, {
        name: 'deployment.deleted',
        subject: `${endpoint}/${name}`,
        workspace,
        at: clock.now(),
        ...by,
        data: { endpoint, deployment: name },
        before: { name },
      })
    })
    changed()
  }

  /** What the data plane is to serve; every file it names is laid out before. */
  async function routingTable(version: number): Promise<RoutingTable> {
    const deployments = await store.listAllDeployments(database.read)
    const endpoints: RoutedEndpoint[] = []
    for (const row of await store.listAllEndpoints(database.read)) {
      const keys = keysOf(row)
      const hashes =
        row.auth_mode === 'token'
          ? await deps.invokerHashes(row.workspace)
          : [keys.primary, keys.secondary].map((key) => createHash('sha256').update(key).digest('hex'))
      const traffic = JSON.parse(row.traffic) as Record<string, number>
      const mine = deployments.filter(
        (deployment) => deployment.workspace === row.workspace && deployment.endpoint === row.name,
      )
      endpoints.push({
        workspace: row.workspace,
        name: row.name,
        authMode: row.auth_mode,
        keyHashes: hashes,
        deployments: await Promise.all(mine.map((deployment) => toRouted(deployment, traffic[deployment.name] ?? 0))),
      })
    }
    return { version, maxBodyBytes, endpoints }
  }

  async function toRouted(row: DeploymentTable, weight: number): Promise<RoutedDeployment> {
    return {
      name: row.name,
      revision: row.revision,
      weight,
      instanceCount: row.instance_count,
      python: row.python,
      codeFolder: row.code_tree === null ? null : await deps.target.materialize(row.code_tree),
      scoringScript: row.scoring_script,
      modelFolder: row.model_tree === null ? null : await deps.target.materialize(row.model_tree),
      modelFormat: row.model_format,
      modelName: row.model_name,
      modelVersion: row.model_version,
      env: JSON.parse(row.environment_variables) as Record<string, string>,
      requestTimeoutMs: row.request_timeout_ms,
      maxConcurrentRequests: row.max_concurrent_requests,
      maxQueue: row.max_queue,
      maxBatchRows: row.max_batch_rows,
      logFile: logFileOf(row),
    }
  }

  /** The end of a deployment's log; with a request id only the lines of that request. */
  async function logLines(
    workspace: string,
    endpoint: string,
    name: string,
    tail: number,
    requestId: string | undefined,
  ): Promise<string[]> {
    await requireDeployment(database.read, workspace, endpoint, name)
    const text = await readFile(logFileOf({ workspace, endpoint, name }), 'utf8').catch(() => '')
    const lines = text.split('\n').filter((line, index, all) => line !== '' || index < all.length - 1)
    return (requestId === undefined ? lines : lines.filter((line) => line.startsWith(`[${requestId}]`))).slice(-tail)
  }

  return {
    requireEndpoint,
    requireDeployment,
    createEndpoint,
    deleteEndpoint,
    keysOf,
    regenerateKey,
    setTraffic,
    createDeployment,
    updateDeployment,
    deleteDeployment,
    routingTable,
    logLines,
  }
}

export type EndpointService = ReturnType<typeof createEndpointService>
