import { errorCatalogue, type ErrorCode } from '@modelyard/contract'

/** A failure as bytes, in the shape that the protocol of the route has; `status` where the protocol wants another than the catalogue's. */
export function problemBody(
  code: ErrorCode,
  detail: string,
  requestId: string,
  protocol: 'own' | 'infer' = 'own',
  status: number = errorCatalogue[code].status,
): { status: number; contentType: string; body: string } {
  const entry = errorCatalogue[code]
  if (protocol === 'infer') return { status, contentType: 'application/json', body: JSON.stringify({ error: detail }) }
  const document = {
    type: `about:modelyard/${code}`,
    title: entry.title,
    status,
    detail,
    code,
    remedy: entry.remedy,
    retryable: entry.retryable,
    requestId,
  }
  return { status, contentType: 'application/problem+json', body: JSON.stringify(document) }
}
