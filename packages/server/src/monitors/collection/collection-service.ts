import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ModelyardError, type CollectedFile, type LabelReport } from '@modelyard/contract'
import type { Platform } from '../../platform/index.ts'
import type { LabelNaming } from '../labels/label-rows.ts'
import type { LabelFormat } from '../labels/label-sources.ts'
import type { MonitorThread } from '../thread/monitor-thread.ts'
import { listDeployments, listSegments } from './deployments.ts'
import type { CollectedSummary, DeploymentSettings, EndpointPlace, Period } from './doors.ts'
import { placeOf } from './places.ts'

/** What collection needs of other rooms. */
export interface CollectionDeps {
  readonly thread: MonitorThread
  /** After it, every prediction answered before lies in a closed segment. */
  rotate(workspace: string, endpoint: string): Promise<void>
  /** Settings by the name of the deployment; undefined when there is no such endpoint. */
  settingsOf(workspace: string, endpoint: string): Promise<ReadonlyMap<string, DeploymentSettings> | undefined>
  /** How a monitor (or, without a name, what the endpoint has) names rows and labels. */
  namingOf(workspace: string, endpoint: string, monitor: string | undefined): Promise<LabelNaming>
}

/** What is assumed of a deployment that is gone while its last rows wait. */
const unknownSettings: DeploymentSettings = { signature: null, csv: false, modelName: null, modelVersion: null }

/** Collected rows and labels of endpoints. Everything that takes long runs in the thread. */
export function createCollectionService(platform: Platform, deps: CollectionDeps) {
  const { clock, logger } = platform
  const { home } = platform.configuration
  const { thread } = deps
  const flushes = new Map<string, { current: Promise<void>; next: Promise<void> | undefined }>()
  let uploads = 0

  const place = (workspace: string, endpoint: string): EndpointPlace => placeOf(home, workspace, endpoint)

  async function requireEndpoint(
    workspace: string,
    endpoint: string,
  ): Promise<ReadonlyMap<string, DeploymentSettings>> {
    const settings = await deps.settingsOf(workspace, endpoint)
    if (settings === undefined)
      throw new ModelyardError(
        'endpoint_not_found',
        `There is no endpoint '${endpoint}' in the workspace '${workspace}'.`,
      )
    return settings
  }

  /**
   * Everything that was answered before the call is in Parquet after it. A call that comes while another is under way waits for one more, which all that
   * come meanwhile share: the one under way may have closed its segments already.
   */
  function flush(workspace: string, endpoint: string): Promise<void> {
    const key = `${workspace}/${endpoint}`
    const known = flushes.get(key)
    if (known !== undefined) {
      known.next ??= known.current
        .catch(() => undefined)
        .then(() => {
          flushes.delete(key)
          return flush(workspace, endpoint)
        })
      return known.next
    }
    const current = flushOnce(workspace, endpoint).finally(() => {
      const after = flushes.get(key)
      if (after?.current === current && after.next === undefined) flushes.delete(key)
    })
    flushes.set(key, { current, next: undefined })
    return current
  }

  async function flushOnce(workspace: string, endpoint: string): Promise<void> {
    await deps.rotate(workspace, endpoint)
    await ingestEndpoint(place(workspace, endpoint), { exportsCsv: true })
  }

  /** Turns the closed segments of an endpoint into Parquet; answers the deployments that had some. */
  async function ingestEndpoint(at: EndpointPlace, options: { readonly exportsCsv: boolean }): Promise<string[]> {
    const touched: string[] = []
    let settings: ReadonlyMap<string, DeploymentSettings> | undefined
    for (const deployment of await listDeployments(at)) {
      if ((await listSegments(at, deployment)).length === 0) continue
      settings ??= (await deps.settingsOf(at.workspace, at.endpoint)) ?? new Map<string, DeploymentSettings>()
      const own = settings.get(deployment) ?? unknownSettings
      await thread.run('ingest', { place: at, deployment, settings: own, nowMs: clock.now() })
      if (own.csv && options.exportsCsv) await thread.run('exportCsv', { place: at, deployment, settings: own })
      touched.push(deployment)
    }
    return touched
  }

  /** Writes CSV files anew where a deployment wants them. */
  async function exportEndpoint(at: EndpointPlace): Promise<void> {
    const settings = await deps.settingsOf(at.workspace, at.endpoint)
    const known = new Set(await listDeployments(at))
    for (const [deployment, own] of settings ?? [])
      if (own.csv && known.has(deployment)) await thread.run('exportCsv', { place: at, deployment, settings: own })
  }

  /** Keeps a file of labels where the thread reads it, for as long as that takes. */
  async function addLabels(
    workspace: string,
    endpoint: string,
    upload: { readonly body: Readable; readonly format: LabelFormat; readonly monitor: string | undefined },
  ): Promise<LabelReport> {
    await requireEndpoint(workspace, endpoint)
    const naming = await deps.namingOf(workspace, endpoint, upload.monitor)
    const at = place(workspace, endpoint)
    const folder = join(home, 'collected', 'incoming')
    await mkdir(folder, { recursive: true })
    const path = join(folder, `${process.pid}-${clock.now()}-${uploads++}`)
    try {
      await pipeline(upload.body, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
      return await thread.run('addLabels', { place: at, path, format: upload.format, naming, nowMs: clock.now() })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      throw new ModelyardError('storage_full', 'The disk is full; no label was taken.', { cause: error })
    } finally {
      await rm(path, { force: true }).catch((error: unknown) =>
        logger.warn({ err: error }, 'an upload could not be deleted'),
      )
    }
  }

  return {
    place,
    flush,
    ingestEndpoint,
    exportEndpoint,
    requireEndpoint,
    addLabels,
    /** What an endpoint's rows and labels are, by the manifests. */
    summary: (workspace: string, endpoint: string, period: Period = {}): Promise<CollectedSummary> =>
      thread.run('summary', { place: place(workspace, endpoint), ...period }),
    /** Rows whose label came after a moment. */
    newLabels: (workspace: string, endpoint: string, sinceMs: number): Promise<number> =>
      thread.run('countLabels', { place: place(workspace, endpoint), sinceMs }),
    listFiles: (workspace: string, endpoint: string, period: Period = {}): Promise<CollectedFile[]> =>
      thread.run('listFiles', { place: place(workspace, endpoint), ...period }),
    newestRows: (workspace: string, endpoint: string, request: Period & { readonly limit: number }) =>
      thread.run('newestRows', { place: place(workspace, endpoint), ...request }),
  }
}

export type CollectionService = ReturnType<typeof createCollectionService>
