import { z } from 'zod'
import { CodeDigests, page, PageQuery, Scalar, SourceFile, Tags, Timestamp, WorkspaceParams } from './primitives.ts'
import { defineRoutes } from './route.ts'

export const JobStatus = z.enum(['queued', 'running', 'succeeded', 'failed', 'canceled'])
export const StepStatus = z.enum(['pending', 'queued', 'running', 'succeeded', 'failed', 'canceled', 'skipped'])
export const AttemptState = z.enum([
  'queued',
  'leased',
  'preparing',
  'running',
  'committing',
  'succeeded',
  'failed',
  'canceled',
  'timedOut',
  'lost',
])
export const Failure = z
  .object({ code: z.string(), message: z.string(), logTail: z.array(z.string()).default([]) })
  .meta({ id: 'Failure' })

/** What a gate decided and on what ground. `difference` is challenger minus champion in the metric; `interval` is its 95 % interval. */
export const GateEvidence = z
  .object({
    model: z.string(),
    metric: z.string(),
    goal: z.enum(['minimize', 'maximize']),
    rows: z.number().int().nullable(),
    minImprovement: z.number(),
    minRows: z.number().int(),
    champion: z.object({ version: z.string(), value: z.number().nullable() }).nullable(),
    challenger: z.object({ version: z.string().nullable(), value: z.number() }),
    difference: z.number().nullable(),
    interval: z.tuple([z.number(), z.number()]).nullable(),
    pValue: z.number().nullable(),
    method: z.string(),
    decision: z.enum(['passed', 'refused', 'insufficient', 'first']),
    reason: z.string(),
    jobId: z.string(),
    step: z.string(),
    decidedAt: Timestamp,
    /** Up to 500 paired rows for the picture: predictions of both on the same labels. */
    sample: z.array(z.object({ label: z.number(), champion: z.number(), challenger: z.number() })).default([]),
    /** Of a first challenger, which is compared with nothing: up to 500 of its predictions. */
    firstSample: z.array(z.object({ label: z.number(), prediction: z.number() })).default([]),
  })
  .meta({ id: 'GateEvidence' })

export const Step = z
  .object({
    name: z.string(),
    type: z.enum(['command', 'gate']),
    status: StepStatus,
    reused: z.boolean(),
    reusedFrom: z.object({ jobId: z.string(), step: z.string() }).nullable(),
    runId: z.string().nullable(),
    computeTarget: z.string().nullable(),
    nodeId: z.string().nullable(),
    error: Failure.nullable(),
    reason: z.string().meta({ description: 'why it waits, was skipped, or ran' }),
    attempts: z.number().int(),
    attemptState: AttemptState.nullable(),
    needs: z.array(z.string()),
    createdAt: Timestamp,
    startedAt: Timestamp.nullable(),
    endedAt: Timestamp.nullable(),
    outputs: z.array(z.object({ name: z.string(), tree: z.string(), sizeBytes: z.number().int() })).default([]),
    evidence: GateEvidence.nullable(),
  })
  .meta({ id: 'Step' })
export const Job = z
  .object({
    id: z.string(),
    name: z.string(),
    experiment: z.string(),
    status: JobStatus,
    error: Failure.nullable(),
    createdAt: Timestamp,
    startedAt: Timestamp.nullable(),
    endedAt: Timestamp.nullable(),
    cancelRequestedAt: Timestamp.nullable(),
    createdBy: z.string(),
    pipeline: z.object({ name: z.string(), version: z.number().int() }).nullable(),
    parameters: z.record(z.string(), Scalar),
    tags: Tags,
    warnings: z.array(z.string()),
    url: z.string(),
    steps: z.array(Step),
  })
  .meta({ id: 'Job' })
/** A line of the list: the job without the details of its steps. */
export const JobSummary = Job.omit({ steps: true, warnings: true })
  .extend({ stepCounts: z.record(StepStatus, z.number().int()), reusedSteps: z.number().int() })
  .meta({ id: 'JobSummary' })
export const StepChange = z.object({
  kind: z.enum([
    'code',
    'command',
    'input',
    'parameter',
    'output',
    'environment',
    'environmentVariable',
    'champion',
    'setting',
    'first',
  ]),
  name: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
})
/** Why a step ran or was reused, by the components of its key. `changes` names files of the code where the code differs. */
export const StepExplanation = z
  .object({ step: z.string(), reused: z.boolean(), reason: z.string(), changes: z.array(StepChange) })
  .meta({ id: 'StepExplanation' })
export const JobSubmission = z
  .object({
    source: SourceFile,
    set: z.record(z.string().max(250), Scalar).default({}),
    code: CodeDigests.default({}),
    force: z.boolean().default(false),
    /** Overrides the file's `continue_on_step_failure`. */
    continueOnStepFailure: z.boolean().optional(),
    experiment: z.string().max(250).optional(),
    displayName: z.string().max(250).optional(),
    tags: Tags.default({}),
  })
  .strict()
  .meta({ id: 'JobSubmission' })
/** Which local paths a file refers to, so that a client knows what to upload before it submits. */
export const SourcePlan = z
  .object({
    valid: z.literal(true),
    code: z.array(z.string()),
    parameters: z.record(z.string(), Scalar),
    steps: z.array(z.object({ name: z.string(), needs: z.array(z.string()) })),
  })
  .meta({ id: 'SourcePlan' })
export const LogChunk = z
  .object({ step: z.string(), attempt: z.number().int(), offset: z.number().int(), text: z.string() })
  .meta({ id: 'LogChunk' })

export type JobStatus = z.infer<typeof JobStatus>
export type StepStatus = z.infer<typeof StepStatus>
export type AttemptState = z.infer<typeof AttemptState>
export type Failure = z.infer<typeof Failure>
export type GateEvidence = z.infer<typeof GateEvidence>
export type Step = z.infer<typeof Step>
export type Job = z.infer<typeof Job>
export type JobSummary = z.infer<typeof JobSummary>
export type StepExplanation = z.infer<typeof StepExplanation>
export type StepChange = z.infer<typeof StepChange>
export type JobSubmission = z.infer<typeof JobSubmission>
export type SourcePlan = z.infer<typeof SourcePlan>
export type LogChunk = z.infer<typeof LogChunk>

const JobParams = WorkspaceParams.extend({ id: z.string().max(64) })
const submissionErrors = [
  'workspace_not_found',
  'document_invalid',
  'blob_not_found',
  'compute_target_not_found',
  'data_asset_not_found',
  'environment_unavailable',
] as const

export const jobRoutes = defineRoutes({
  listJobs: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/jobs',
    summary: 'Jobs, newest first',
    access: 'job.read',
    params: WorkspaceParams,
    query: PageQuery.extend({
      status: JobStatus.optional(),
      pipeline: z.string().max(250).optional(),
      experiment: z.string().max(250).optional(),
      search: z.string().max(250).optional(),
    }),
    response: page(JobSummary),
    errors: ['workspace_not_found', 'cursor_invalid'],
  },
  planJob: {
    method: 'POST',
    path: '/api/v1/workspaces/:ws/jobs/plan',
    summary: 'Check a file and say which paths it needs; starts nothing',
    access: 'job.read',
    params: WorkspaceParams,
    body: JobSubmission,
    response: SourcePlan,
    errors: submissionErrors,
  },
  createJob: {
    method: 'POST',
    path: '/api/v1/workspaces/:ws/jobs',
    summary: 'Submit a job; `Idempotency-Key` is honoured',
    access: 'job.submit',
    params: WorkspaceParams,
    body: JobSubmission,
    response: Job,
    status: 201,
    errors: submissionErrors,
  },
  getJob: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/jobs/:id',
    summary: 'One job with its steps',
    access: 'job.read',
    params: JobParams,
    response: Job,
    errors: ['job_not_found'],
  },
  cancelJob: {
    method: 'POST',
    path: '/api/v1/workspaces/:ws/jobs/:id/cancel',
    summary: 'Ask a job to end; answers when that is recorded',
    access: 'job.cancel',
    params: JobParams,
    response: Job,
    status: 202,
    errors: ['job_not_found', 'job_not_active'],
  },
  rerunJob: {
    method: 'POST',
    path: '/api/v1/workspaces/:ws/jobs/:id/rerun',
    summary: 'Submit the same again',
    access: 'job.submit',
    params: JobParams,
    body: z
      .object({ force: z.boolean().default(false), set: z.record(z.string().max(250), Scalar).default({}) })
      .strict(),
    response: Job,
    status: 201,
    errors: ['job_not_found', ...submissionErrors],
  },
  getJobSource: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/jobs/:id/source',
    summary: 'The file as it was submitted',
    access: 'job.read',
    params: JobParams,
    response: JobSubmission,
    errors: ['job_not_found'],
  },
  getJobLogs: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/jobs/:id/logs',
    summary: 'Log chunks; `follow` streams `log` events until the job ends',
    access: 'job.read',
    params: JobParams,
    query: z.object({
      step: z.string().max(128).optional(),
      follow: z.enum(['true', 'false']).default('false'),
      offset: z.coerce.number().int().min(0).default(0),
      attempt: z.coerce.number().int().min(1).optional(),
      limitBytes: z.coerce.number().int().min(1).max(8_388_608).default(1_048_576),
    }),
    response: z.object({ chunks: z.array(LogChunk) }),
    errors: ['job_not_found', 'step_not_found'],
  },
  explainJob: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/jobs/:id/why',
    summary: 'Why each step ran or was reused',
    access: 'job.read',
    params: JobParams,
    query: z.object({ step: z.string().max(128).optional() }),
    response: z.array(StepExplanation),
    errors: ['job_not_found', 'step_not_found'],
  },
  getStepOutput: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/jobs/:id/steps/:step/outputs/:output',
    summary: 'The tree of an output',
    access: 'job.read',
    params: JobParams.extend({ step: z.string().max(128), output: z.string().max(128) }),
    response: z.object({ name: z.string(), tree: z.string(), sizeBytes: z.number().int() }),
    errors: ['job_not_found', 'step_not_found', 'artifact_not_found'],
  },
})
