import { errorCatalogue, type ErrorCode } from '@modelyard/contract'

/** A failure as bytes, in the shape that the protocol of the route has. */
export function problemBody(
  code: ErrorCode,
  detail: string,
  requestId: string,
  protocol: 'own' | 'infer' = 'own',
): { status: number; contentType: string; body: string } {
  const entry = errorCatalogue[code]
  if (protocol === 'infer')
    return { status: entry.status, contentType: 'application/json', body: JSON.stringify({ error: detail }) }
  const document = {
    type: `about:modelyard/${code}`,
    title: entry.title,
    status: entry.status,
    detail,
    code,
    remedy: entry.remedy,
    retryable: entry.retryable,
    requestId,
  }
  return { status: entry.status, contentType: 'application/problem+json', body: JSON.stringify(document) }
}
