import {
  type ErrorPlace,
  type Job,
  type JobSubmission,
  type PipelineParameter,
  type Scalar,
  type SourcePlan,
} from '@modelyard/contract'
import { readTree, type Data } from '../data/index.ts'
import type { Environments } from '../environments/index.ts'
import type { Jobs, PlannedJob, PlannedStep, StepSpec } from '../jobs/index.ts'
import type { Models } from '../models/index.ts'
import {
  invalidDocument,
  nearest,
  parseDocument,
  type Database,
  type ParsedDocument,
  type Platform,
} from '../platform/index.ts'
import { scriptsOf } from './expression.ts'
import { assignParameters, parametersOf } from './parameters.ts'
import { asPipeline, JobDocument, type PipelineDocument } from './pipeline-document.ts'
import { draftPipeline, settle, type AssetReference, type Draft, type DraftStep, type Resolved } from './plan.ts'
import { createStepEnvironments } from './step-environments.ts'
import { localPaths, missingAsset } from './submission-words.ts'
import { submitOnce, type SubmissionExtras } from './submit-once.ts'

const defaultGraceMs = 1000

/** Names of compute targets; the compute room has them. */
export interface ComputeTargets {
  findTarget(db: Database, workspace: string, name: string): Promise<{ id: string; name: string } | undefined>
  listTargetNames(workspace: string): Promise<string[]>
}

export interface SubmissionDeps {
  readonly compute: ComputeTargets
  readonly data: Data
  readonly environments: Environments
  readonly jobs: Jobs
  readonly models: Models
}

interface Checked {
  readonly fileName: string
  readonly pipeline: PipelineDocument
  readonly parameters: readonly PipelineParameter[]
  readonly values: Readonly<Record<string, Scalar>>
  readonly draft: Draft
  readonly placeOf: (path: readonly (string | number)[], message: string, suggestion?: string) => ErrorPlace
}

/** From a file to a plan to a job: everything that can be known beforehand is refused before a job exists. */
export function createSubmissionService(platform: Platform, deps: SubmissionDeps) {
  let last: { text: string; name: string; parsed: ParsedDocument<JobDocument> } | undefined

  /** A client plans a file and then submits it: the second time it is known. */
  function parse(source: JobSubmission['source']): ParsedDocument<JobDocument> {
    if (last === undefined || last.text !== source.text || last.name !== source.name)
      last = { ...source, parsed: parseDocument(source, JobDocument) }
    return last.parsed
  }

  /** Reads a file and checks it against itself. */
  function check(submission: JobSubmission): Checked {
    const fileName = submission.source.name
    const parsed = parse(submission.source)
    const { pipeline, single } = asPipeline(parsed.value)
    // A file with one command has no `jobs` level; its places are those of the file.
    const placeOf: Checked['placeOf'] = (path, message, suggestion) =>
      parsed.placeOf(single && path[0] === 'jobs' ? path.slice(2) : path, message, suggestion)
    const parameters = parametersOf(pipeline)
    const { values, problems } = assignParameters(parameters, submission.set, (name, message, suggestion) => ({
      path: `set.${name}`,
      message,
      ...(suggestion === undefined ? {} : { suggestion }),
    }))
    const draft = draftPipeline(pipeline, values, placeOf)
    const all = [...problems, ...draft.problems]
    if (all.length > 0) throw invalidDocument(fileName, all)
    return { fileName, pipeline, parameters, values, draft, placeOf }
  }

  async function plan(workspace: string, submission: JobSubmission): Promise<SourcePlan> {
    const checked = check(submission)
    await resolveCompute(workspace, checked)
    return {
      valid: true,
      code: localPaths(checked),
      parameters: { ...checked.values },
      steps: checked.draft.steps.map((step) => ({ name: step.name, needs: [...step.needs] })),
    }
  }

  async function submit(
    workspace: string,
    submission: JobSubmission,
    by: { actor: string; requestId?: string },
    more: SubmissionExtras = {},
  ): Promise<Job> {
    const key = more.idempotencyKey === undefined ? undefined : `${workspace}\n${by.actor}\n${more.idempotencyKey}`
    return submitOnce(
      platform,
      key,
      async (note) => {
        const planned = await planJob(workspace, submission, more.pipeline ?? null)
        const warnings = [...planned.warnings, ...(more.warnings ?? [])]
        return deps.jobs.submit({ ...planned, warnings }, by, async (tx, jobId) => {
          await note(tx, jobId)
          await more.also?.(tx, jobId)
        })
      },
      (jobId) => deps.jobs.get(workspace, jobId),
    )
  }

  async function planJob(
    workspace: string,
    submission: JobSubmission,
    pipeline: PlannedJob['pipeline'],
  ): Promise<PlannedJob> {
    const checked = check(submission)
    const problems: ErrorPlace[] = []
    const targets = await resolveCompute(workspace, checked)
    const assets = await resolveAssets(workspace, checked, submission, problems)
    const environments = createStepEnvironments(
      deps.environments,
      { workspace, files: submission.code, placeOf: checked.placeOf },
      problems,
    )
    const steps: PlannedStep[] = []
    for (const step of checked.draft.steps)
      steps.push(await planStep(workspace, checked, step, { submission, assets, targets, environments, problems }))
    if (problems.length > 0) throw invalidDocument(checked.fileName, problems)
    const { pipeline: document } = checked
    return {
      workspace,
      name:
        submission.displayName ??
        document.display_name ??
        document.name ??
        submission.source.name.replace(/\.[^.]*$/, ''),
      experiment: submission.experiment ?? document.experiment_name ?? 'Default',
      parameters: checked.values,
      tags: { ...document.tags, ...submission.tags },
      warnings: environments.warnings(),
      submission,
      force: submission.force || document.settings?.force_rerun === true,
      continueOnFailure: submission.continueOnStepFailure ?? document.settings?.continue_on_step_failure === true,
      pipeline,
      steps,
    }
  }

  interface StepContext {
    readonly submission: JobSubmission
    readonly assets: ReadonlyMap<string, Resolved>
    readonly targets: ReadonlyMap<string, { id: string; name: string }>
    readonly environments: ReturnType<typeof createStepEnvironments>
    readonly problems: ErrorPlace[]
  }

  async function planStep(
    workspace: string,
    checked: Checked,
    step: DraftStep,
    context: StepContext,
  ): Promise<PlannedStep> {
    const inputs = settle(step.inputs, context.assets)
    const { document } = step
    const allowReuse = document.allow_reuse ?? document.is_deterministic ?? true
    if (document.type === 'gate') {
      const { model, metric, goal, min_improvement, min_rows, promote } = document
      const spec: StepSpec = {
        kind: 'gate',
        settings: { model, metric, goal, min_improvement, min_rows, promote },
        inputs,
        allowReuse,
      }
      return { name: step.name, spec, needs: step.needs, computeTarget: null, computeTargetId: null }
    }
    const environment = await context.environments.of(step.name, document.environment)
    const code =
      document.code === undefined ? null : await resolveCode(workspace, checked, step, document.code, context)
    const target = context.targets.get(step.name)
    const spec: StepSpec = {
      kind: 'command',
      command: document.command,
      code,
      inputs,
      outputs: step.outputs,
      environmentVariables: document.environment_variables ?? {},
      python: environment.python,
      environmentDigest: environment.digest,
      environment: environment.build,
      timeoutMs: document.limits === undefined ? null : Math.round(document.limits.timeout * 1000),
      graceMs: document.grace_seconds === undefined ? defaultGraceMs : Math.round(document.grace_seconds * 1000),
      retries: document.retry?.max ?? 0,
      allowReuse,
    }
    return {
      name: step.name,
      spec,
      needs: step.needs,
      computeTarget: target?.name ?? 'local',
      computeTargetId: target?.id ?? null,
    }
  }

  /** The code folder of a step; a script that the command starts must be in it. */
  async function resolveCode(
    workspace: string,
    checked: Checked,
    step: DraftStep,
    path: string,
    { submission, problems }: StepContext,
  ): Promise<string | null> {
    const digest = submission.code[path]
    const at = ['jobs', step.name, 'code']
    if (digest === undefined) {
      problems.push(checked.placeOf(at, `the folder \`${path}\` was not uploaded; its digest belongs into \`code\``))
      return null
    }
    await deps.data.requireTree(workspace, digest)
    const files = (await readTree(platform.content, digest)) ?? []
    if (step.document.type !== 'command') return digest
    for (const script of scriptsOf(step.document.command)) {
      if (script.startsWith('/') || files.some((file) => file.path === script)) continue
      problems.push(
        checked.placeOf(
          ['jobs', step.name, 'command'],
          `there is no \`${script}\` in \`${path}\``,
          nearest(
            script,
            files.map((file) => file.path).filter((file) => file.endsWith('.py')),
          ),
        ),
      )
    }
    return digest
  }

  async function resolveCompute(
    workspace: string,
    checked: Checked,
  ): Promise<Map<string, { id: string; name: string }>> {
    const problems: ErrorPlace[] = []
    const found = new Map<string, { id: string; name: string }>()
    const known = new Map<string, { id: string; name: string } | undefined>()
    const { pipeline } = checked
    for (const step of checked.draft.steps) {
      if (step.document.type !== 'command') continue
      const [text, at] =
        step.document.compute !== undefined
          ? [step.document.compute, ['jobs', step.name, 'compute']]
          : pipeline.settings?.default_compute !== undefined
            ? [pipeline.settings.default_compute, ['settings', 'default_compute']]
            : pipeline.compute !== undefined
              ? [pipeline.compute, ['compute']]
              : ['local', []]
      const name = text.replace(/^(azureml|modelyard):/, '')
      if (!known.has(name)) known.set(name, await deps.compute.findTarget(platform.store.read, workspace, name))
      const target = known.get(name)
      if (target !== undefined) found.set(step.name, { id: target.id, name: target.name })
      else if (!problems.some((problem) => problem.path === at.join('.')))
        problems.push(
          checked.placeOf(
            at,
            `there is no compute target \`${name}\``,
            nearest(name, await deps.compute.listTargetNames(workspace)),
          ),
        )
    }
    if (problems.length > 0) throw invalidDocument(checked.fileName, problems)
    return found
  }

  async function resolveAssets(
    workspace: string,
    checked: Checked,
    submission: JobSubmission,
    problems: ErrorPlace[],
  ): Promise<Map<string, Resolved>> {
    const resolved = new Map<string, Resolved>()
    for (const asset of checked.draft.assets) {
      const found = await resolveAsset(workspace, asset, submission)
      if (found === undefined) problems.push(checked.placeOf(asset.path, missingAsset(asset)))
      else resolved.set(asset.path.join('.'), found)
    }
    return resolved
  }

  async function resolveAsset(
    workspace: string,
    asset: AssetReference,
    submission: JobSubmission,
  ): Promise<Resolved | undefined> {
    const { read } = platform.store
    if (asset.kind === 'local') {
      const digest = submission.code[asset.reference]
      return digest === undefined ? undefined : { tree: digest, label: asset.reference, mount: asset.mount }
    }
    if (asset.kind === 'model') {
      const version = await deps.models.resolveModelVersion(read, workspace, asset.reference)
      if (version?.tree !== undefined && version.tree !== null)
        return { tree: version.tree, label: `${version.model}:${version.version}`, mount: 'folder' }
    } else {
      const version = await deps.data.resolveAsset(read, workspace, asset.reference)
      if (version !== undefined)
        return {
          tree: version.digest,
          label: `${version.name}:${version.version}`,
          mount: version.type === 'uri_file' && asset.mount === 'file' ? 'file' : asset.mount,
        }
    }
    return asset.optional ? 'absent' : undefined
  }

  return { check, plan, submit, planJob, localPaths }
}

export type SubmissionService = ReturnType<typeof createSubmissionService>
