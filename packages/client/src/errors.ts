import type { Problem } from '@modelyard/contract'

/** The server refused. `problem` says what, why and what to do; `code` is the key of the error catalogue. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  readonly problem: Problem

  constructor(status: number, problem: Problem) {
    super(problem.detail)
    this.status = status
    this.code = problem.code
    this.problem = problem
  }
}

/** Nothing that speaks the API answered at the address. */
export class ServerUnreachableError extends Error {
  override readonly name = 'ServerUnreachableError'
  readonly url: string

  constructor(url: string, reason: string, options: ErrorOptions = {}) {
    super(`No server answers at ${url}: ${reason}.`, options)
    this.url = url
  }
}

/** Reads a refusal; an answer that is not a problem document (a proxy's page, say) becomes one. */
export async function toApiError(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '')
  return new ApiError(response.status, parseProblem(text) ?? foreignProblem(response, text))
}

function parseProblem(text: string): Problem | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('code' in value) || !('detail' in value)) return undefined
    return value as Problem
  } catch {
    return undefined
  }
}

function foreignProblem(response: Response, text: string): Problem {
  return {
    type: 'about:blank',
    title: response.statusText === '' ? `HTTP ${response.status}` : response.statusText,
    status: response.status,
    detail: text.trim().slice(0, 500) || `The answer was HTTP ${response.status} without a text.`,
    code: 'answer_unknown',
    remedy: 'Check that the address is that of a Modelyard server.',
    retryable: response.status === 502 || response.status === 503 || response.status === 504,
    requestId: response.headers.get('x-request-id') ?? '',
  }
}
