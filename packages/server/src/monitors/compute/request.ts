import type { Distribution, SignalResult, VersionPerformance, WindowSize } from '@modelyard/contract'
import type { EndpointPlace } from '../collection/doors.ts'
import type { SignalPlan } from '../monitor-document.ts'
import type { FalseAlarms } from '../period.ts'

/** A table in the blob store: its bytes, and the name that says what they are. */
export interface TableFile {
  readonly path: string
  readonly name: string
  readonly digest: string
}

/** What windows are compared with. */
export interface ReferenceInput {
  readonly file: TableFile
  /** Column that says what really happened: no feature. */
  readonly label: string | null
  /** Column that says when; null: `event_time`, where there is one. */
  readonly time: string | null
}

/** How well a model did on rows that it did not learn from, and on which. */
export interface BaselineInput {
  /** Labels and predictions, evenly spread over those rows; null where only the values are known. */
  readonly sample: {
    readonly labels: readonly (number | string)[]
    readonly predictions: readonly (number | string)[]
  } | null
  /** By metric. */
  readonly values: Readonly<Record<string, number>>
  /** How many rows the values were measured on; null where nobody knows. */
  readonly rows: number | null
  readonly source: string
}

/** What is known of one model version, or of a deployment without a registered model. */
export interface VersionInput {
  readonly key: string
  readonly model: string | null
  readonly version: string | null
  readonly reference: ReferenceInput | null
  /** Names of the inputs, from the model's signature; null where it does not say. */
  readonly inputs: readonly string[] | null
  readonly baseline: BaselineInput | null
  /** Predictions to compare with: of rows that the model did not learn from, or of the first complete window. By column. */
  readonly predictions: Readonly<Record<string, readonly (number | string)[]>> | null
  readonly predictionSource: string
  /** The predictions are those of one window, which is as unusual as any other may be. */
  readonly predictionsOfWindow?: boolean
}

export interface DeploymentInput {
  readonly name: string
  readonly model: string | null
  readonly version: string | null
  /** False: it gets copies of the traffic, its answers are not used. */
  readonly serving: boolean
}

/** One window to be computed. */
export interface WindowInput {
  readonly startMs: number
  readonly endMs: number
  readonly place: number
  readonly complete: boolean
  /** Rows of later windows have come: the number of rows is what it is. */
  readonly closed: boolean
  /** Rows of earlier windows of the same length. */
  readonly rowHistory: readonly number[] | null
}

/** Windows of N rows: they begin with the row after `skip` rows at `fromMs`. */
export interface RowWindows {
  readonly fromMs: number | null
  readonly skip: number
  readonly rows: number
  readonly firstPlace: number
}

export interface ComputeInput {
  readonly place: EndpointPlace
  readonly size: WindowSize
  readonly windows: readonly WindowInput[] | RowWindows
  readonly signals: readonly SignalPlan[]
  readonly falseAlarms: FalseAlarms
  /** By `keyOfVersion`. */
  readonly versions: readonly VersionInput[]
  readonly deployments: readonly DeploymentInput[]
  /** Features that rows were seen to have before; one that is gone is missing. */
  readonly seenColumns: readonly string[]
  /** Folder for what is computed once a reference. */
  readonly cacheFolder: string
  readonly nowMs: number
}

export interface ComputedWindow {
  readonly startMs: number
  readonly endMs: number
  readonly place: number
  readonly complete: boolean
  readonly rows: number
  readonly labels: number
  readonly labelDelayMs: { readonly p50: number; readonly p95: number } | null
  readonly results: readonly SignalResult[]
  readonly performance: readonly VersionPerformance[]
  readonly distributions: readonly Distribution[]
  /** Of windows of N rows: rows at the first moment that belong to windows before. */
  readonly skip: number
}

/** What was found about the reference of a version. */
export interface ReferenceFacts {
  readonly key: string
  readonly rows: number
  readonly timed: boolean
  readonly reason: string
  readonly importance: Readonly<Record<string, number>>
  /** Of each metric that is asked for: its value on rows that the model did not learn from, and the limit of the newest window. */
  readonly baseline: Readonly<Record<string, number>>
  readonly limits: Readonly<Record<string, number | null>>
}

export interface ComputeOutput {
  readonly windows: readonly ComputedWindow[]
  readonly references: readonly ReferenceFacts[]
  /** Baselines and predictions that a first complete window gave to versions that had none. */
  readonly learned: readonly {
    readonly key: string
    readonly baseline?: BaselineInput
    readonly predictions?: VersionInput['predictions']
    readonly source: string
  }[]
  readonly seenColumns: readonly string[]
}

/** Names a model version, or the deployment that has none. */
export function keyOfVersion(model: string | null, version: string | null, deployment: string): string {
  return model === null || version === null ? `deployment ${deployment}` : `${model}:${version}`
}
