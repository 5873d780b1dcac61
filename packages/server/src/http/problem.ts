import { errorCatalogue, ModelyardError, type Problem } from '@modelyard/contract'

/** The RFC 9457 body of a failure. */
export function toProblem(error: ModelyardError, requestId: string, serverUrl: string): Problem {
  const entry = errorCatalogue[error.code]
  return {
    type: `${serverUrl}/docs/errors/${error.code}`,
    title: entry.title,
    status: entry.status,
    detail: error.message,
    code: error.code,
    remedy: entry.remedy,
    retryable: entry.retryable,
    requestId,
    ...(error.places.length === 0 ? {} : { errors: error.places.map((place) => ({ ...place })) }),
    ...(Object.keys(error.details).length === 0 ? {} : { details: { ...error.details } }),
  }
}

/** Turns what Fastify and Node throw for a bad request into the catalogue; anything unknown stays what it is: our mistake. */
export function toCatalogued(error: unknown): ModelyardError | undefined {
  if (ModelyardError.is(error)) return error
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
  const message = error instanceof Error ? error.message : String(error)
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ModelyardError('body_too_large', 'The body is larger than this route takes.')
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new ModelyardError('body_not_json', `The body could not be read as JSON: ${message}`)
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ModelyardError('media_type_unsupported', message)
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new ModelyardError('header_invalid', 'The content-length is not the length of the body.')
    case 'FST_ERR_BAD_URL':
      return new ModelyardError('route_not_found', 'The address could not be read.')
    case 'ECONNRESET':
      // The caller went away in the middle of its body; nobody hears the answer, and nothing of ours failed.
      return message === 'aborted'
        ? new ModelyardError('request_invalid', 'The request ended before its body was complete.')
        : undefined
    case 'ENOSPC':
    case 'EDQUOT':
      return new ModelyardError('storage_full', 'The disk of the server is full.')
    default:
      return undefined
  }
}
