import type { ErrorCode, ModelyardError } from '@modelyard/contract'

/** A refusal in MLflow's own words, for what our catalogue has no word for. Never a 5xx: clients send those again for minutes. */
export class WireError extends Error {
  override readonly name = 'WireError'
  readonly errorCode: string
  readonly status: number

  constructor(errorCode: string, status: number, message: string) {
    super(message)
    this.errorCode = errorCode
    this.status = status
  }
}

export function invalidParameter(message: string): WireError {
  return new WireError('INVALID_PARAMETER_VALUE', 400, message)
}

export function missingObject(message: string): WireError {
  return new WireError('RESOURCE_DOES_NOT_EXIST', 404, message)
}

export interface WireFailure {
  readonly status: number
  readonly body: { readonly error_code: string; readonly message: string }
}

const invalid = ['INVALID_PARAMETER_VALUE', 400] as const
const missing = ['RESOURCE_DOES_NOT_EXIST', 404] as const
const codes: Partial<Record<ErrorCode, readonly [string, number]>> = {
  not_authenticated: ['UNAUTHENTICATED', 401],
  not_allowed: ['PERMISSION_DENIED', 403],
  origin_not_allowed: ['PERMISSION_DENIED', 403],
  host_not_allowed: ['PERMISSION_DENIED', 421],
  route_not_found: ['ENDPOINT_NOT_FOUND', 404],
  already_exists: ['RESOURCE_ALREADY_EXISTS', 400],
  body_not_json: ['BAD_REQUEST', 400],
  body_too_deep: ['BAD_REQUEST', 400],
  body_too_large: ['BAD_REQUEST', 413],
  media_type_unsupported: ['BAD_REQUEST', 415],
  // What MLflow says when a run or experiment is in the wrong state.
  conflict: invalid,
  experiment_deleted: invalid,
  precondition_failed: ['INVALID_STATE', 400],
  rate_limited: ['REQUEST_LIMIT_EXCEEDED', 429],
  server_stopping: ['TEMPORARILY_UNAVAILABLE', 503],
  storage_full: ['RESOURCE_EXHAUSTED', 507],
  internal_error: ['INTERNAL_ERROR', 500],
}

/** A failure as MLflow's clients expect it. */
export function toWireFailure(error: ModelyardError | WireError): WireFailure {
  if (error instanceof WireError)
    return { status: error.status, body: { error_code: error.errorCode, message: error.message } }
  const [code, status] =
    codes[error.code] ?? (error.status === 404 ? missing : error.status < 500 ? invalid : ['INTERNAL_ERROR', 500])
  return { status, body: { error_code: code, message: error.message } }
}
