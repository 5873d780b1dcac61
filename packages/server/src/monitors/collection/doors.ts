import type { Column, Table } from '@modelyard/statistics/tables'

/** Where the rows of one endpoint lie; made by `placeOf`, which checks the names. Plain data: it goes to the thread as it is. */
export interface EndpointPlace {
  readonly workspace: string
  readonly endpoint: string
  /** `<home>/collected/<workspace>/<endpoint>`: segments, manifests, labels. */
  readonly stateFolder: string
  /** `<home>/blobs/collected/<workspace>/<endpoint>`: Parquet. */
  readonly rowsFolder: string
  /** `<home>/blobs/modeldata/<workspace>/<endpoint>`: CSV in the article's layout. */
  readonly csvFolder: string
  /** `<home>/blobs/azureml/modeldata`: CSV in the folders of Azure's SDK v1. */
  readonly azureFolder: string
}

/** A column of the model's signature, as MLflow writes it: `long`, `integer`, `double`, `float`, `string`, `boolean`, `datetime`, … */
export interface SignatureColumn {
  readonly name: string
  readonly type: string
}

/** What ingest has to know of one deployment. */
export interface DeploymentSettings {
  readonly signature: readonly SignatureColumn[] | null
  /** Also as CSV, in the article's layout. */
  readonly csv: boolean
  /** The CSV lies in the folders of Azure's SDK v1, below these two. */
  readonly azure?: { readonly subscriptionId: string; readonly resourceGroup: string }
  readonly modelName: string | null
  readonly modelVersion: string | null
}

/** Half-open, by event time; without a bound it is open on that side. */
export interface Period {
  readonly fromMs?: number
  readonly toMs?: number
}

export interface ReadRequest extends Period {
  readonly place: EndpointPlace
  /** Without it: all of them. */
  readonly deployments?: readonly string[]
}

/** Places in `names` by row; −1 where there is none. */
export interface NamedRows {
  readonly codes: Int32Array
  readonly names: readonly string[]
}

/**
 * Rows of a period, in the order of their event time. A row is one (request id, row index) of one deployment, whether its input, its prediction or both
 * were kept. Columns are read from disk when they are asked for; ingest and compaction of this endpoint wait until it is disposed of.
 */
export interface CollectedRows extends AsyncDisposable {
  readonly rows: number
  readonly requestIds: readonly string[]
  readonly rowIndexes: Int32Array
  readonly eventTimesMs: Float64Array
  readonly deployments: NamedRows
  readonly modelVersions: NamedRows
  /** Features under the names that the model knows them by; rows without an input have missing values. */
  readonly inputs: Table
  /** `prediction`, or `prediction_<name>` each. */
  readonly predictions: Table
  /** For each row and column: 1 where an input (a prediction) was kept at all. */
  readonly hasInput: Uint8Array
  readonly hasPrediction: Uint8Array
  /** How many values of a feature did not fit its type and were left out. */
  typeErrors(): Promise<ReadonlyMap<string, number>>
  /** The newest label of each row (missing: NaN or −1), and when it came (NaN: not yet). */
  labels(): Promise<{ readonly label: Column; readonly arrivedAtMs: Float64Array; readonly labelled: number }>
}

/** Rows that a period holds, known from the manifests alone; hours at its edges count whole. */
export interface HourSummary {
  readonly startMs: number
  /** The greater of the rows of inputs and of predictions. */
  readonly rows: number
  /** Another one when rows came into this hour; compaction leaves it as it is. */
  readonly rowsRevision: string
  /** Greater when labels came for rows of this hour; 0 before the first. */
  readonly labelsRevision: number
}

export interface CollectedSummary {
  readonly rows: number
  readonly firstEventMs: number | null
  readonly lastEventMs: number | null
  /** Another one whenever rows came (or went by retention) in the period. */
  readonly rowsRevision: string
  /** Greater whenever labels came for rows of the period; labels that came before their rows show in `rowsRevision`. */
  readonly labelsRevision: number
  /** Labels that are held for the endpoint, of any time. */
  readonly labels: number
  readonly deployments: readonly string[]
  readonly inputColumns: readonly string[]
  readonly predictionColumns: readonly string[]
  /** Ascending; hours without rows are left out. */
  readonly hours: readonly HourSummary[]
}
