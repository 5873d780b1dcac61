import type { Endpoints } from '../endpoints/index.ts'
import type { Pipelines } from '../pipelines/index.ts'

/** Who asks. */
export interface By {
  readonly actor: string
  readonly requestId?: string
}

/** What loops need of endpoints. */
export type LoopEndpoints = Pick<
  Endpoints,
  | 'describe'
  | 'findDeployment'
  | 'deployVersion'
  | 'deleteDeployment'
  | 'startRollout'
  | 'getRollout'
  | 'rolloutOf'
  | 'rollback'
>

export type LoopPipelines = Pick<Pipelines, 'startPublished' | 'isEnabled' | 'problemsOfSet' | 'job' | 'cancelJob'>

/** Labelled rows of an endpoint that came after a moment; monitors counts them. */
export type NewLabels = (workspace: string, endpoint: string, sinceMs: number) => Promise<number>

/** The open alert that says that the data of a monitor or an endpoint is broken; monitors knows what that means. */
export type BrokenData = (
  workspace: string,
  of: { readonly monitor: string | null; readonly endpoint: string | null },
) => Promise<{ readonly id: string; readonly summary: string } | null>

/** Where mail goes out, and from whom. */
export interface MailSettings {
  readonly url: string | undefined
  readonly from: string | undefined
}
