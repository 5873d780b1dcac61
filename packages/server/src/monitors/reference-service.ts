import { ModelyardError } from '@modelyard/contract'
import { readTree, type Data } from '../data/index.ts'
import type { Endpoints } from '../endpoints/index.ts'
import type { Models, ModelVersionTable } from '../models/index.ts'
import type { Platform } from '../platform/index.ts'
import {
  keyOfVersion,
  type DeploymentInput,
  type ReferenceInput,
  type TableFile,
  type VersionInput,
} from './compute/request.ts'
import type { MonitorPlan } from './monitor-document.ts'
import { evidenceOf, inputsOf } from './version-facts.ts'

/** A data asset that windows are compared with, as it was when the monitor was made. */
export interface PinnedReference {
  readonly name: string
  readonly version: string
  readonly tree: string
}

/** What is known about what serves an endpoint. */
export interface ServedVersions {
  readonly deployments: readonly DeploymentInput[]
  readonly versions: readonly VersionInput[]
  /** Of the version that gets the most traffic; undefined when nothing is deployed. */
  readonly main: string | undefined
  /** Where the reference of a version comes from, and why there is none. */
  readonly origins: ReadonlyMap<string, ReferenceOrigin>
}

export interface ReferenceOrigin {
  readonly kind: 'data' | 'model_version' | 'none'
  readonly name: string | null
  readonly version: string | null
  readonly reason: string
}

const olderVersions = 20

/** Finds what windows are compared with and how well a model should do. */
export function createReferenceService(platform: Platform, deps: { data: Data; models: Models; endpoints: Endpoints }) {
  const { read } = platform.store

  /** The data asset that the file names, in the version that it has now: a newer one does not change what is compared with. */
  async function pin(workspace: string, plan: MonitorPlan): Promise<PinnedReference | null> {
    const named = plan.reference?.data ?? null
    if (named === null) return null
    const row = await deps.data.resolveAsset(read, workspace, named.replace(/@(\d{1,9})$/, ':$1'))
    if (row === undefined)
      throw new ModelyardError(
        'data_asset_not_found',
        `The reference '${named}' is no data asset of the workspace '${workspace}'.`,
      )
    return { name: row.name, version: String(row.version), tree: row.digest }
  }

  /** The one table of a folder; a text says why there is none. */
  async function tableOf(tree: string): Promise<TableFile | string> {
    const entries = (await readTree(platform.content, tree)) ?? []
    const tables = entries.filter((entry) => /\.(csv|parquet|pq)$/i.test(entry.path))
    const [table] = tables
    if (table === undefined) return `none of its ${entries.length} files is CSV or Parquet`
    if (tables.length > 1) return `it has ${tables.length} tables; name a data asset with one`
    return { path: platform.content.pathOf(table.digest), name: table.path, digest: table.digest }
  }

  /** Deployments of the endpoint with everything that is known of the model versions that answered there. */
  async function served(workspace: string, plan: MonitorPlan, pinned: PinnedReference | null): Promise<ServedVersions> {
    const described = await deps.endpoints.describe(workspace, plan.endpoint)
    if (described === undefined)
      throw new ModelyardError(
        'endpoint_not_found',
        `There is no endpoint '${plan.endpoint}' in the workspace '${workspace}'.`,
      )
    const mirrored = new Set(
      deps.endpoints
        .served()
        .filter((each) => each.workspace === workspace && each.endpoint === plan.endpoint && each.mirror !== null)
        .map((each) => each.deployment),
    )
    const deployments = described.map(({ deployment, model, version, trafficPercent }): DeploymentInput => ({
      name: deployment,
      model,
      version,
      serving: trafficPercent > 0 || !mirrored.has(deployment),
    }))
    const common = pinned === null ? undefined : await pinnedReference(plan, pinned)
    const versions: VersionInput[] = []
    const origins = new Map<string, ReferenceOrigin>()
    const add = (version: VersionInput, origin: ReferenceOrigin): void => {
      if (origins.has(version.key)) return
      versions.push(version)
      origins.set(version.key, origin)
    }
    for (const row of await versionsOf(workspace, described)) {
      const own = common ?? (await registeredReference(plan, row))
      add(toVersion(row, own.input), own.origin)
    }
    for (const { deployment, model, version } of described) {
      const none: ReferenceOrigin = {
        kind: 'none',
        name: null,
        version: null,
        reason: 'the deployment has no registered model, and the monitor names no reference',
      }
      add(unregistered(keyOfVersion(model, version, deployment), common?.input ?? null), common?.origin ?? none)
    }
    const busiest = described.toSorted((a, b) => b.trafficPercent - a.trafficPercent)[0]
    return {
      deployments,
      versions,
      origins,
      main: busiest === undefined ? undefined : keyOfVersion(busiest.model, busiest.version, busiest.deployment),
    }
  }

  /** Versions that are deployed, and the ones before them: their rows may still be looked at. */
  async function versionsOf(
    workspace: string,
    described: readonly { model: string | null; version: string | null }[],
  ): Promise<ModelVersionTable[]> {
    const rows: ModelVersionTable[] = []
    for (const model of new Set(described.map((each) => each.model))) {
      if (model === null) continue
      const deployed = new Set(described.filter((each) => each.model === model).map((each) => each.version))
      const all = (await deps.models.listAllVersions(read, workspace)).filter((row) => row.model === model)
      const newest = all.toSorted((a, b) => b.version - a.version).slice(0, olderVersions)
      rows.push(...newest, ...all.filter((row) => deployed.has(String(row.version)) && !newest.includes(row)))
    }
    return rows
  }

  async function pinnedReference(plan: MonitorPlan, pinned: PinnedReference) {
    const table = await tableOf(pinned.tree)
    const origin = { kind: 'data' as const, name: pinned.name, version: pinned.version }
    if (typeof table === 'string')
      throw new ModelyardError(
        'monitor_reference_invalid',
        `The reference '${pinned.name}:${pinned.version}' cannot be read: ${table}.`,
      )
    return { input: inputOf(plan, table), origin: { ...origin, reason: '' } }
  }

  /** What a model version was registered with: the first of its data assets that is one table. */
  async function registeredReference(
    plan: Pick<MonitorPlan, 'reference' | 'signals'>,
    row: ModelVersionTable,
  ): Promise<{ input: ReferenceInput | null; origin: ReferenceOrigin }> {
    const data = JSON.parse(row.data) as { name: string; version: string | null; digest: string }[]
    const problems: string[] = []
    for (const asset of data) {
      const table = await tableOf(asset.digest)
      const origin = { kind: 'model_version' as const, name: asset.name, version: asset.version }
      if (typeof table !== 'string') return { input: inputOf(plan, table), origin: { ...origin, reason: '' } }
      problems.push(`${asset.name}: ${table}`)
    }
    const reason =
      data.length === 0
        ? `${row.model} version ${row.version} was registered without a data asset; name one in \`reference\``
        : `${row.model} version ${row.version} was registered with data that is no table (${problems.join('; ')})`
    return { input: null, origin: { kind: 'none', name: null, version: null, reason } }
  }

  return { pin, served, tableOf, registeredReference }
}

export type ReferenceService = ReturnType<typeof createReferenceService>

function inputOf(plan: Pick<MonitorPlan, 'reference' | 'signals'>, file: TableFile): ReferenceInput {
  const label = plan.reference?.label ?? plan.signals.find((signal) => signal.label !== null)?.label ?? null
  return { file, label, time: plan.reference?.time ?? null }
}

function toVersion(row: ModelVersionTable, reference: ReferenceInput | null): VersionInput {
  const version = String(row.version)
  return {
    key: keyOfVersion(row.model, version, ''),
    model: row.model,
    version,
    reference,
    inputs: inputsOf(row.signature),
    ...evidenceOf(row),
    predictionSource: `${row.model} version ${version} was registered without predictions; its first complete window becomes the reference`,
  }
}

function unregistered(key: string, reference: ReferenceInput | null): VersionInput {
  return {
    key,
    model: null,
    version: null,
    reference,
    inputs: null,
    baseline: null,
    predictions: null,
    predictionSource: 'there is no registered model; the first complete window becomes the reference',
  }
}
