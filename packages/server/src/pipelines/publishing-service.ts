import {
  ModelyardError,
  type DataPlace,
  type ErrorPlace,
  type Job,
  type JobSubmission,
  type PipelineParameter,
  type PublishedPipeline,
  type Scalar,
} from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import type { Data } from '../data/index.ts'
import type { Jobs } from '../jobs/index.ts'
import { appendEvent, type Platform, type Transaction } from '../platform/index.ts'
import { assignParameters } from './parameters.ts'
import { withData } from './data-places.ts'
import * as store from './pipeline-store.ts'
import type { PipelineStateTable, PipelineTable } from './pipeline-tables.ts'
import type { SubmissionService } from './submission-service.ts'
import { requireEnabled } from './submission-words.ts'
import { splitSet, undeclaredTags, undeclaredWarnings } from './undeclared.ts'

const shownJobs = 20

export interface By {
  readonly actor: string
  readonly requestId?: string
}

export interface Start {
  readonly set: Readonly<Record<string, Scalar>>
  readonly version?: number | undefined
  readonly experiment?: string | undefined
  readonly displayName?: string | undefined
  readonly tags?: Readonly<Record<string, string>> | undefined
  readonly continueOnStepFailure?: boolean | undefined
  /** Other data for inputs, by their names. */
  readonly data?: Readonly<Record<string, DataPlace>> | undefined
  /** Names that the pipeline does not declare are kept as tags and warned about, instead of refusing the start. */
  readonly takeUndeclared?: boolean
  readonly force?: boolean
  readonly idempotencyKey?: string | undefined
  /** Written in the transaction that makes the job; when it throws, no job is made. */
  readonly also?: (tx: Transaction, jobId: string) => Promise<void>
}

/** Published pipelines: immutable versions under a name, started with parameters. */
export function createPublishingService(
  platform: Platform,
  deps: { submissions: SubmissionService; jobs: Jobs; data: Data },
) {
  const { read } = platform.store

  async function publish(
    workspace: string,
    input: { name: string; label?: string | undefined; description: string; submission: JobSubmission },
    by: By,
  ): Promise<PublishedPipeline> {
    const submission = { ...input.submission, force: false, tags: input.submission.tags }
    // Everything that would refuse a start refuses the publication.
    await deps.submissions.planJob(workspace, submission, null)
    const checked = deps.submissions.check(submission)
    const parameters = checked.parameters.map((parameter) => ({
      ...parameter,
      default: checked.values[parameter.name] ?? null,
    }))
    const steps = checked.draft.steps.map((step) => ({
      name: step.name,
      type: step.document.type,
      needs: [...step.needs],
    }))
    const at = platform.clock.now()
    await platform.store.write(async (tx) => {
      const version = await store.insertPipeline(tx, {
        id: platform.newId('pl'),
        workspace,
        name: input.name,
        description: input.description,
        submission: JSON.stringify(submission),
        parameters: JSON.stringify(parameters),
        steps: JSON.stringify(steps),
        label: input.label ?? null,
        enabled: 1,
        created_at: at,
        created_by: by.actor,
      })
      await appendEvent(tx, {
        name: 'pipeline.published',
        subject: `${input.name}:${version}`,
        workspace,
        at,
        ...by,
        data: { pipeline: input.name, version },
        after: { name: input.name, version },
      })
    })
    return get(workspace, input.name)
  }

  async function requireState(workspace: string, name: string): Promise<PipelineStateTable> {
    const state = await store.findState(read, workspace, name)
    if (state === undefined)
      throw new ModelyardError(
        'pipeline_not_found',
        `There is no published pipeline '${name}' in the workspace '${workspace}'.`,
      )
    return state
  }

  async function requireVersion(workspace: string, name: string, version: number): Promise<PipelineTable> {
    const row = await store.findPipeline(read, workspace, name, version)
    if (row === undefined)
      throw new ModelyardError('pipeline_not_found', `The published pipeline '${name}' has no version ${version}.`)
    return row
  }

  async function get(workspace: string, name: string, version?: number): Promise<PublishedPipeline> {
    const state = await requireState(workspace, name)
    const versions = await store.listPipelineVersions(read, workspace, name)
    const document = await toDocument(state, await requireVersion(workspace, name, version ?? state.latest))
    return {
      ...document,
      versions: versions.map((row) => ({
        id: row.id,
        version: row.version,
        label: row.label,
        enabled: state.enabled === 1 && row.enabled === 1,
        createdAt: toTimestamp(row.created_at),
        createdBy: row.created_by,
      })),
    }
  }

  async function toDocument(state: PipelineStateTable, row: PipelineTable): Promise<PublishedPipeline> {
    const { items } = await deps.jobs.jobPage({ workspace: row.workspace, pipeline: row.name }, { pageSize: shownJobs })
    const base = `${platform.serverUrl()}/api/v1/workspaces/${row.workspace}/pipelines/${encodeURIComponent(row.name)}`
    return {
      id: row.id,
      name: row.name,
      version: row.version,
      label: row.label,
      description: row.description,
      enabled: state.enabled === 1 && row.enabled === 1,
      endpoint: `${base}/trigger`,
      url: `${platform.serverUrl()}/w/${row.workspace}/pipelines/${encodeURIComponent(row.name)}`,
      parameters: JSON.parse(row.parameters) as PipelineParameter[],
      steps: JSON.parse(row.steps) as PublishedPipeline['steps'],
      createdAt: toTimestamp(row.created_at),
      createdBy: row.created_by,
      lastJobs: items.map((job) => ({
        id: job.id,
        status: job.status,
        createdAt: job.createdAt,
        endedAt: job.endedAt,
      })),
    }
  }

  async function setEnabled(workspace: string, name: string, enabled: boolean, by: By): Promise<PublishedPipeline> {
    const state = await requireState(workspace, name)
    if ((state.enabled === 1) !== enabled) {
      await platform.store.write(async (tx) => {
        await store.setEnabled(tx, workspace, name, enabled)
        await appendEvent(tx, {
          name: enabled ? 'pipeline.enabled' : 'pipeline.disabled',
          subject: name,
          workspace,
          at: platform.clock.now(),
          ...by,
          before: { enabled: !enabled },
          after: { enabled },
        })
      })
    }
    return get(workspace, name)
  }

  /** Takes one version out of use, or back into it. */
  async function setVersionEnabled(
    workspace: string,
    name: string,
    change: { version: number; enabled: boolean },
    by: By,
  ): Promise<PublishedPipeline> {
    await requireState(workspace, name)
    const { version, enabled } = change
    const row = await requireVersion(workspace, name, version)
    if ((row.enabled === 1) !== enabled)
      await platform.store.write(async (tx) => {
        await store.setVersionEnabled(tx, row.id, enabled)
        await appendEvent(tx, {
          name: enabled ? 'pipeline.enabled' : 'pipeline.disabled',
          subject: `${name}:${version}`,
          workspace,
          at: platform.clock.now(),
          ...by,
          before: { version, enabled: !enabled },
          after: { version, enabled },
        })
      })
    return get(workspace, name, version)
  }

  async function requireById(workspace: string, id: string): Promise<PipelineTable> {
    const row = await store.findPipelineById(read, workspace, id)
    if (row === undefined)
      throw new ModelyardError(
        'pipeline_not_found',
        `There is no published pipeline with the id '${id.slice(0, 128)}' in the workspace '${workspace}'.`,
      )
    return row
  }

  /** Starts a version with what was set over its defaults; a name or a value that does not fit is refused and nothing starts. */
  async function start(workspace: string, name: string, input: Start, by: By): Promise<Job> {
    const state = await requireState(workspace, name)
    requireEnabled(state.enabled === 1, name)
    const row = await requireVersion(workspace, name, input.version ?? state.latest)
    requireEnabled(row.enabled === 1, `${name}, version ${row.version}`)
    const stored = JSON.parse(row.submission) as JobSubmission
    const { set, undeclared } =
      input.takeUndeclared === true ? splitSet(row, input.set) : { set: input.set, undeclared: {} }
    const submission: JobSubmission = {
      ...stored,
      set: { ...stored.set, ...set },
      force: input.force ?? false,
      tags: { ...stored.tags, ...input.tags, ...undeclaredTags(undeclared) },
      ...(input.continueOnStepFailure === undefined ? {} : { continueOnStepFailure: input.continueOnStepFailure }),
      ...(input.experiment === undefined ? {} : { experiment: input.experiment }),
      ...(input.displayName === undefined ? {} : { displayName: input.displayName }),
    }
    const places = input.data ?? {}
    const complete =
      Object.keys(places).length === 0 ? submission : await withData(platform, deps, workspace, submission, places)
    const job = await deps.submissions.submit(workspace, complete, by, {
      pipeline: { name, version: row.version },
      warnings: undeclaredWarnings(undeclared),
      ...(input.idempotencyKey === undefined ? {} : { idempotencyKey: `${name}\n${input.idempotencyKey}` }),
      also: input.also,
    })
    await platform.store.write((tx) =>
      appendEvent(tx, {
        name: 'pipeline.triggered',
        subject: name,
        workspace,
        at: platform.clock.now(),
        ...by,
        data: { pipeline: name, jobId: job.id },
        after: { jobId: job.id, set: input.set },
      }),
    )
    return job
  }

  /** What of `set` the newest version would refuse when it is started; the path of each problem is the parameter's name. */
  async function problemsOfSet(workspace: string, name: string, set: Start['set']): Promise<ErrorPlace[]> {
    const { latest } = await requireState(workspace, name)
    const { parameters } = await requireVersion(workspace, name, latest)
    return assignParameters(JSON.parse(parameters) as PipelineParameter[], set, (path, message, suggestion) => ({
      path,
      message,
      ...(suggestion === undefined ? {} : { suggestion }),
    })).problems
  }

  return {
    publish,
    get,
    setEnabled,
    setVersionEnabled,
    problemsOfSet,
    start,
    requireState,
    requireVersion,
    requireById,
    toDocument,
  }
}

export type PublishingService = ReturnType<typeof createPublishingService>
