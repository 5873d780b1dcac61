import { ModelyardError } from '@modelyard/contract'
import type { TreeEntry } from '@modelyard/platform'
import type { Environments } from '../environments/index.ts'
import type { Models } from '../models/index.ts'
import {
  appendEvent,
  invalidDocument,
  parseDocument,
  type Database,
  type Platform,
  type SecretBox,
} from '../platform/index.ts'
import type { DeployTarget } from './deploy-target.ts'
import { EndpointDocument } from './endpoint-document.ts'
import * as store from './endpoint-store.ts'
import type { DriftScore } from './telemetry/otlp/deployment-metrics.ts'
import type { DeploymentTable, EndpointTable } from './endpoint-tables.ts'

const keyAlphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789'

export interface By {
  readonly actor: string
  readonly requestId?: string
}
export interface Source {
  readonly source: { readonly name: string; readonly text: string }
  readonly code: Readonly<Record<string, string>>
}

/** Where uploaded files lie; the data room has it. Refuses what the workspace may not see. */
export interface StoredFolders {
  requireTree(workspace: string, digest: string): Promise<readonly TreeEntry[]>
}

export interface EndpointDeps {
  readonly folders: StoredFolders
  readonly models: Models
  readonly environments: Environments
  readonly target: DeployTarget
  readonly secrets: SecretBox
  /** SHA-256 of the tokens that may call endpoints of a workspace, for `auth_mode: token`. */
  invokerHashes(workspace: string): Promise<string[]>
  /** Whether a monitor watches an endpoint, so that its predictions are collected. */
  isMonitored(workspace: string, endpoint: string): Promise<boolean>
  /** Deciding statistics of the monitors' newest windows, for OTLP. */
  driftScores?(): readonly DriftScore[]
}

export function createEndpointService(platform: Platform, deps: EndpointDeps, changed: () => Promise<void>) {
  const { store: database, clock } = platform
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
      sticky_header: value.sticky_header ?? null,
      mirror: JSON.stringify(value.mirror_traffic),
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
    await changed()
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
    await changed()
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
    await changed()
    return keysOf(await requireEndpoint(database.read, workspace, name))
  }

  return {
    requireEndpoint,
    requireDeployment,
    createEndpoint,
    deleteEndpoint,
    keysOf,
    regenerateKey,
  }
}

export type EndpointService = ReturnType<typeof createEndpointService>
