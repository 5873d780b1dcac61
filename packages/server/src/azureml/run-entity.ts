import type { Job, JobStatus } from '@modelyard/contract'

/** The words that a pipeline run's status has in Azure ML's v1; a plain run has others. */
const statusCodes: Readonly<Record<JobStatus, string>> = {
  queued: 'NotStarted',
  running: 'Running',
  succeeded: 'Finished',
  failed: 'Failed',
  canceled: 'Canceled',
}

/** A job as Azure ML's v1 service answers a pipeline run. A published version is its own graph here. */
export function toRunEntity(job: Job, publishedId: string | null) {
  return {
    Id: job.id,
    Status: {
      StatusCode: statusCodes[job.status],
      StatusDetail: job.error?.message ?? null,
      CreationTime: job.createdAt,
      EndTime: job.endedAt,
    },
    GraphId: publishedId,
    PipelineId: publishedId,
    Description: job.tags['Description'] ?? null,
    ParameterAssignments: Object.fromEntries(
      Object.entries(job.parameters).map(([name, value]) => [name, value === null ? '' : String(value)]),
    ),
    RunHistoryExperimentName: job.experiment,
    ExperimentName: job.experiment,
    RunSource: job.tags['RunSource'] ?? 'Unavailable',
    RunType: 'HTTP',
    TotalRunSteps: job.steps.length,
    ScheduleId: null,
    tags: job.tags,
    Properties: {},
    EntityStatus: 'Active',
    IsSubmitted: true,
    HasErrors: job.status === 'failed',
    HasWarnings: job.warnings.length > 0,
    Warnings: job.warnings,
    UploadState: 'Completed',
    Etag: null,
    CreatedDate: job.createdAt,
    LastModifiedDate: job.endedAt ?? job.startedAt ?? job.createdAt,
    Url: job.url,
  }
}
