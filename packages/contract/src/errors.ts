/** One failure that a caller can see; the key in the catalogue is the wire code and the name of its page in `docs/errors/`. */
export interface CatalogueEntry {
  readonly status: number
  readonly title: string
  /** True when the same request may succeed later without a change. */
  readonly retryable: boolean
  /** What to do about it, in one sentence. */
  readonly remedy: string
}

const entry = (status: number, title: string, remedy: string, retryable = false): CatalogueEntry => ({
  status,
  title,
  remedy,
  retryable,
})

export const errorCatalogue = {
  request_invalid: entry(400, 'The request is not valid', 'Correct the fields named in `errors` and send it again.'),
  body_not_json: entry(400, 'The body is not JSON', 'Send a JSON body with `content-type: application/json`.'),
  body_too_large: entry(413, 'The body is too large', 'Send less, or upload files as blobs first.'),
  body_too_deep: entry(
    400,
    'The body is nested too deeply',
    'Flatten the document; `limits` names the greatest depth.',
  ),
  media_type_unsupported: entry(
    415,
    'This content type is not taken here',
    'Send the content type that the route names.',
  ),
  method_not_allowed: entry(405, 'This method is not allowed here', 'Use one of the methods in the `allow` header.'),
  header_invalid: entry(400, 'A header is not valid', 'Correct the header that the message names.'),
  headers_too_large: entry(
    431,
    'The address and the headers are too large',
    'Send shorter ones; `GET /api/v1/limits` names the bound.',
  ),
  request_too_slow: entry(408, 'The request did not arrive in time', 'Send it again over a faster connection.', true),
  host_not_allowed: entry(
    421,
    'This host name is not served here',
    'Use the address that `modelyard up` printed, or allow the name in the settings.',
  ),
  origin_not_allowed: entry(
    403,
    'This page may not call the server',
    'Open the page from the address of the server itself.',
  ),
  route_not_found: entry(404, 'There is no such address', 'Look the address up in `/api/v1/openapi.json`.'),
  rate_limited: entry(429, 'Too many requests', 'Wait as long as `retry-after` says, then send it again.', true),
  server_stopping: entry(503, 'The server is stopping', 'Send it again when the server is back.', true),
  storage_full: entry(
    507,
    'There is no space left for this',
    'Free disk space on the server, then send it again.',
    true,
  ),
  internal_error: entry(500, 'The server made a mistake', 'Report the incident id with the server’s log.'),
  not_authenticated: entry(
    401,
    'No valid sign-in',
    'Send a token as `Authorization: Bearer …`, or run `modelyard open` for a new sign-in link.',
  ),
  login_link_invalid: entry(401, 'This sign-in link is used up or expired', 'Run `modelyard open` for a new one.'),
  not_allowed: entry(
    403,
    'Your role does not allow this',
    'Ask an Owner of the workspace for a role that holds the permission named in the message.',
  ),
  conflict: entry(409, 'The object is in another state', 'Read its state again and decide anew.'),
  already_exists: entry(409, 'The name is taken', 'Choose another name, or use the object that exists.'),
  precondition_failed: entry(409, 'A condition for this does not hold', 'Do first what the message names.'),
  name_invalid: entry(400, 'The name is not valid', 'Use the characters that the message names.'),
  document_invalid: entry(400, 'The file is not valid', 'Correct the places listed in `errors`.'),
  filter_invalid: entry(400, 'The filter is not valid', 'Correct the expression at the place that the message names.'),
  cursor_invalid: entry(400, 'The page token is not valid', 'Start again from the first page.'),
  workspace_not_found: entry(404, 'No such workspace', 'List them with `modelyard workspace list`.'),
  workspace_protected: entry(409, 'This workspace stays', 'The workspace `default` always exists; delete another one.'),
  principal_not_found: entry(404, 'No such principal', 'List them with `modelyard principal list`.'),
  token_not_found: entry(404, 'No such token', 'List them with `modelyard token list`.'),
  role_assignment_not_found: entry(404, 'No such role assignment', 'List them with `modelyard role list`.'),
  last_owner: entry(409, 'The last Owner stays', 'Assign Owner to somebody else first.'),
  blob_not_found: entry(404, 'No such blob', 'Upload it first, or check the digest.'),
  blob_digest_mismatch: entry(400, 'The bytes do not have this digest', 'Upload the bytes under their own SHA-256.'),
  tree_invalid: entry(
    400,
    'The folder manifest is not valid',
    'List relative paths once each, without `..`, and with digests of uploaded blobs.',
  ),
  data_asset_not_found: entry(404, 'No such data asset', 'List them with `modelyard data list`.'),
  environment_not_found: entry(404, 'No such environment', 'List them with `modelyard environment list`.'),
  compute_target_not_found: entry(404, 'No such compute target', 'List them with `modelyard compute list`.'),
  compute_target_protected: entry(409, 'This compute target is built in', 'Delete another one; `local` always exists.'),
  compute_target_busy: entry(409, 'The compute target has work', 'Cancel its jobs or wait for them first.'),
  node_not_found: entry(404, 'No such node', 'The node was removed; it stops by itself.'),
  lease_lost: entry(409, 'This lease is over', 'Stop the attempt; another one has taken its place.'),
  job_not_found: entry(404, 'No such job', 'List them with `modelyard job list`.'),
  step_not_found: entry(404, 'No such step', 'The job document lists its steps.'),
  job_not_active: entry(409, 'The job has ended', 'Submit it again.'),
  step_failed: entry(422, 'A step failed', 'Read the last lines of its log; correct the script; submit again.'),
  step_timed_out: entry(422, 'A step ran longer than its limit', 'Raise `limits.timeout` or make the step faster.'),
  step_preparation_failed: entry(
    422,
    'A step could not be prepared',
    'Read the message: an input, the code or the environment is missing.',
  ),
  output_missing: entry(422, 'A declared output was not written', 'Write the file or folder that the step declares.'),
  environment_unavailable: entry(
    422,
    'The environment is not there',
    'Run `npm run setup`, or set MODELYARD_PYTHON to a Python.',
  ),
  pipeline_not_found: entry(404, 'No such published pipeline', 'List them with `modelyard pipeline list`.'),
  pipeline_endpoint_not_found: entry(
    404,
    'No such pipeline endpoint',
    'List them with `GET /api/v1/workspaces/WORKSPACE/pipeline-endpoints`.',
  ),
  pipeline_disabled: entry(409, 'The pipeline is disabled', 'Enable it with `modelyard pipeline enable`.'),
  schedule_not_found: entry(404, 'No such schedule', 'List them with `modelyard schedule list`.'),
  experiment_not_found: entry(404, 'No such experiment', 'List them with `modelyard experiment list`.'),
  experiment_deleted: entry(409, 'The experiment was deleted', 'Restore it, or use another one.'),
  run_not_found: entry(404, 'No such run', 'List them with `modelyard run list`.'),
  run_ended: entry(409, 'The run has ended', 'Start a new run.'),
  parameter_changed: entry(400, 'A parameter keeps its first value', 'Log it under another name or in another run.'),
  artifact_not_found: entry(404, 'No such artifact', 'List the artifacts of the run.'),
  model_not_found: entry(404, 'No such model', 'List them with `modelyard model list`.'),
  model_version_not_found: entry(404, 'No such model version', 'List them with `modelyard model show NAME`.'),
  model_invalid: entry(400, 'These files are not a model', 'Register a file or a folder that has content.'),
  gate_rows_invalid: entry(
    422,
    'The rows of the gate are not valid',
    'Write a table with the columns label, champion and challenger.',
  ),
  endpoint_not_found: entry(404, 'No such endpoint', 'List them with `modelyard endpoint list`.'),
  deployment_not_found: entry(404, 'No such deployment', 'List them with `modelyard deployment list --endpoint E`.'),
  deployment_not_ready: entry(409, 'The deployment is not ready', 'Read its log; wait until it is ready.', true),
  deployment_failed: entry(
    422,
    'The deployment could not start',
    'Read the traceback in its log, correct the script, update the deployment.',
  ),
  traffic_invalid: entry(
    400,
    'The traffic weights are not valid',
    'Give whole percentages of existing deployments that sum to 0 or 100.',
  ),
  gateway_unavailable: entry(
    503,
    'The gateway does not answer',
    'It restarts by itself; send it again in a moment.',
    true,
  ),
  scoring_failed: entry(
    424,
    'The scoring script failed',
    'Read the traceback in the deployment’s log by the request id.',
  ),
  scoring_timeout: entry(
    504,
    'The prediction took too long',
    'Raise `request_timeout_ms`, or make the model faster.',
    true,
  ),
  scoring_overloaded: entry(
    429,
    'The deployment is busy',
    'Wait as long as `retry-after` says, then send it again.',
    true,
  ),
  monitor_not_found: entry(404, 'No such monitor', 'List them with `modelyard monitor list`.'),
  monitor_reference_invalid: entry(
    422,
    'The reference of the monitor cannot be read',
    'Name a data asset with one CSV or Parquet table, or register the model with its training data.',
  ),
  window_not_found: entry(404, 'No such window', 'Read the starts of the windows in the monitor.'),
  alert_not_found: entry(404, 'No such alert', 'List them with `modelyard alert list`.'),
  labels_invalid: entry(
    400,
    'These labels cannot be read',
    'Send CSV, JSON lines or Parquet with `request_id` (or the monitor’s key columns) and the label’s column.',
  ),
  collected_file_not_found: entry(404, 'No such file of collected rows', 'List them anew; small files are merged.'),
  query_engine_missing: entry(
    422,
    'SQL needs DuckDB',
    'Install it beside the server with `npm install @duckdb/node-api`, or read the Parquet files yourself.',
  ),
  query_invalid: entry(400, 'The query failed', 'Correct what the message names; only reading is allowed.'),
  rollout_not_found: entry(404, 'No such rollout', 'List them with `modelyard rollout list --endpoint E`.'),
  rollout_active: entry(409, 'A rollout is going on', 'Promote it or roll it back first.'),
  trigger_not_found: entry(404, 'No such trigger', 'List them with `modelyard trigger list`.'),
  trigger_skipped: entry(
    409,
    'A guard rail holds the trigger back',
    'Wait for what the message names, or change the trigger’s file.',
  ),
  loop_not_found: entry(404, 'No such loop', 'List them with `modelyard loop list`.'),
  webhook_not_found: entry(404, 'No such webhook', 'List them with `modelyard webhook list`.'),
  webhook_address_refused: entry(
    400,
    'This address is not called',
    'Give an http or https address that is no link-local or metadata service.',
  ),
  delivery_not_found: entry(404, 'No such delivery', 'List them with `modelyard webhook deliveries NAME`.'),
  request_not_found: entry(
    404,
    'Nothing is known of this request',
    'Requests are known while the log of the deployment is kept.',
  ),
} as const satisfies Record<string, CatalogueEntry>

/** The wire code of a failure. */
export type ErrorCode = keyof typeof errorCatalogue

/** One place in a request or a file that is wrong. Lines and columns start at 1. */
export interface ErrorPlace {
  readonly path: string
  readonly message: string
  readonly line?: number
  readonly column?: number
  readonly suggestion?: string
}

const marker = Symbol.for('modelyard.error')

/** A failure the caller caused or can act on. Anything else that is thrown is our own mistake and answers 500. */
export class ModelyardError extends Error {
  override readonly name = 'ModelyardError'
  readonly [marker] = true
  readonly code: ErrorCode
  readonly places: readonly ErrorPlace[]
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    code: ErrorCode,
    message: string,
    options: ErrorOptions & { places?: readonly ErrorPlace[]; details?: Record<string, unknown> } = {},
  ) {
    super(message, options)
    this.code = code
    this.places = options.places ?? []
    this.details = options.details ?? {}
  }

  /** The HTTP status of the code. */
  get status(): number {
    return errorCatalogue[this.code].status
  }

  /** Works across copies of this package, where `instanceof` does not. */
  static is(error: unknown): error is ModelyardError {
    return typeof error === 'object' && error !== null && marker in error
  }
}
