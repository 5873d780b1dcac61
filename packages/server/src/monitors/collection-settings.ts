import { ModelyardError } from '@modelyard/contract'
import type { Endpoints } from '../endpoints/index.ts'
import type { Models } from '../models/index.ts'
import type { Database, Platform } from '../platform/index.ts'
import type { DeploymentSettings, SignatureColumn } from './collection/doors.ts'
import type { LabelNaming } from './collection/index.ts'
import type { StoredPlan } from './monitor-run.ts'
import { findMonitor, listMonitorsOfEndpoint } from './monitor-store.ts'
import type { MonitorTable } from './monitor-tables.ts'

/** What has to be known of an endpoint's deployments to keep their rows; undefined when there is no such endpoint. */
export async function settingsOf(
  platform: Platform,
  deps: { readonly endpoints: Endpoints; readonly models: Models },
  workspace: string,
  endpoint: string,
): Promise<ReadonlyMap<string, DeploymentSettings> | undefined> {
  const described = await deps.endpoints.describe(workspace, endpoint)
  if (described === undefined) return undefined
  const settings = new Map<string, DeploymentSettings>()
  for (const { deployment, model, version, collector } of described) {
    const row =
      model === null || version === null
        ? undefined
        : await deps.models.findVersion(platform.store.read, workspace, model, Number(version))
    settings.set(deployment, {
      signature: columnsOf(row?.signature ?? null),
      csv: collector?.format === 'csv',
      ...(collector?.azure === undefined ? {} : { azure: collector.azure }),
      modelName: model,
      modelVersion: version,
    })
  }
  return settings
}

/** Inputs of a model's signature with their types; null when one has no name or no type, or there is none. */
function columnsOf(signature: string | null): SignatureColumn[] | null {
  if (signature === null) return null
  const { inputs } = JSON.parse(signature) as { inputs?: unknown }
  if (!Array.isArray(inputs) || inputs.length === 0) return null
  const columns = inputs.map((column: { name?: unknown; type?: unknown } | null) => ({
    name: column?.name,
    type: column?.type,
  }))
  return columns.every(
    (column): column is { name: string; type: string } =>
      typeof column.name === 'string' && typeof column.type === 'string',
  )
    ? columns
    : null
}

/** How rows and labels of a file are named: as the monitor says, or as the endpoint's monitors say with one voice. */
export async function namingOf(
  db: Database,
  workspace: string,
  endpoint: string,
  monitor: string | undefined,
): Promise<LabelNaming> {
  if (monitor !== undefined) {
    const row = await findMonitor(db, workspace, monitor)
    if (row?.endpoint !== endpoint)
      throw new ModelyardError('monitor_not_found', `There is no monitor '${monitor}' of the endpoint '${endpoint}'.`)
    return ofMonitor(row)
  }
  const all = (await listMonitorsOfEndpoint(db, workspace, endpoint)).map((row) => ofMonitor(row))
  const [first] = all
  const agreed = first !== undefined && all.every((naming) => JSON.stringify(naming) === JSON.stringify(first))
  return agreed ? first : { keys: null, label: null }
}

function ofMonitor(row: MonitorTable): LabelNaming {
  const plan = JSON.parse(row.plan) as StoredPlan
  const signal = plan.signals.find(({ type }) => type === 'model_performance')
  return {
    keys: signal === undefined || signal.key.length === 0 ? null : signal.key,
    label: signal?.label ?? plan.reference?.label ?? null,
  }
}
