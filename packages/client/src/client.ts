import { fillPath, queryString, type AddressValue } from './address.ts'
import { ServerUnreachableError, toApiError } from './errors.ts'
import { followEvents, type ServerEvent } from './event-stream.ts'
import { operations } from './operations.gen.ts'
import type { Answer, Arguments, CallExtras, ItemOf, OperationId, RawBody } from './types.ts'

/** Where the server is and who asks. */
export interface ClientOptions {
  /** Address of the server without a path; left out in a page, which asks its own server. */
  readonly baseUrl?: string
  /** Sent as Bearer; left out where a cookie speaks for the user. */
  readonly token?: string | undefined
  readonly fetch?: typeof globalThis.fetch
  /** Sent with every call. */
  readonly headers?: Readonly<Record<string, string>>
}

/** Calls the API by operation id; every argument and answer is typed from the route table. */
export interface Client {
  readonly baseUrl: string
  /** Resolves to the JSON answer; rejects with `ApiError` or `ServerUnreachableError`. */
  call<Id extends OperationId>(id: Id, ...rest: Arguments<Id>): Promise<Answer<Id>>
  /** Resolves to the answer as it is, for bytes, text and event streams. Rejects when it is a refusal. */
  stream<Id extends OperationId>(id: Id, ...rest: Arguments<Id>): Promise<Response>
  /** Every item of a list, page by page. */
  items<Id extends OperationId>(id: Id, ...rest: Arguments<Id>): AsyncGenerator<ItemOf<Id>, void, undefined>
  /** The events of a workspace from now on (or after a sequence number), through breaks of the connection. */
  events(workspace: string, options?: EventOptions): AsyncGenerator<ServerEvent, void, undefined>
  /** How a call would be sent, for a transport of one's own. */
  requestOf<Id extends OperationId>(
    id: Id,
    ...rest: Arguments<Id>
  ): { readonly method: string; readonly url: string; readonly headers: Readonly<Record<string, string>> }
  /** Path and query of an operation, for links. */
  pathOf<Id extends OperationId>(id: Id, ...rest: Arguments<Id>): string
}

/** `after`: the sequence number of the last event that is known already. */
export interface EventOptions {
  readonly after?: number
  readonly signal?: AbortSignal
}

interface AnyRequest extends CallExtras {
  readonly params?: Readonly<Record<string, AddressValue>>
  readonly query?: Readonly<Record<string, AddressValue>>
  readonly body?: unknown
  readonly rawBody?: RawBody
}

export function createClient(options: ClientOptions = {}): Client {
  const baseUrl = (options.baseUrl ?? '').replace(/\/+$/, '')
  // Looked up per call: a page's or a test's replacement counts, and `fetch` must not lose its receiver.
  const send: typeof globalThis.fetch = (input, init) => (options.fetch ?? globalThis.fetch)(input, init)

  function requestOf(
    id: OperationId,
    request: AnyRequest = {},
    accept = 'application/json',
  ): { method: string; url: string; headers: Record<string, string> } {
    const headers: Record<string, string> = { accept, ...options.headers, ...request.headers }
    if (options.token !== undefined) headers['authorization'] = `Bearer ${options.token}`
    return { method: operations[id][0], url: baseUrl + pathOf(id, request), headers }
  }

  async function open(id: OperationId, request: AnyRequest = {}, accept = 'application/json'): Promise<Response> {
    const { method, url, headers } = requestOf(id, request, accept)
    const init: RequestInit & { duplex?: 'half' } = { method, headers }
    if (request.signal !== undefined) init.signal = request.signal
    if (request.rawBody !== undefined) {
      init.body = request.rawBody
      headers['content-type'] ??= 'application/octet-stream'
      if (request.rawBody instanceof ReadableStream) init.duplex = 'half'
    } else if (request.body !== undefined) {
      init.body = JSON.stringify(request.body)
      headers['content-type'] = 'application/json'
    }
    let response: Response
    try {
      response = await send(url, init)
    } catch (error) {
      if (request.signal?.aborted === true) throw error
      throw new ServerUnreachableError(baseUrl === '' ? url : baseUrl, reasonOf(error), { cause: error })
    }
    if (!response.ok) throw await toApiError(response)
    return response
  }

  async function call(id: OperationId, request: AnyRequest = {}): Promise<unknown> {
    const response = await open(id, request)
    const text = await response.text()
    if (text === '') return undefined
    try {
      return JSON.parse(text)
    } catch (error) {
      throw new ServerUnreachableError(baseUrl, 'what answers there does not speak the API', { cause: error })
    }
  }

  async function* items(id: OperationId, request: AnyRequest = {}): AsyncGenerator<unknown, void, undefined> {
    let pageToken: string | undefined
    do {
      const query = pageToken === undefined ? request.query : { ...request.query, pageToken }
      const page = (await call(id, query === undefined ? request : { ...request, query })) as {
        items: readonly unknown[]
        nextPageToken?: string
      }
      yield* page.items
      pageToken = page.nextPageToken
    } while (pageToken !== undefined)
  }

  const stream = (id: OperationId, request: AnyRequest = {}): Promise<Response> =>
    open(id, request, operations[id][2] === 'events' ? 'text/event-stream' : '*/*')

  function events(workspace: string, eventOptions: EventOptions = {}): AsyncGenerator<ServerEvent, void, undefined> {
    return followEvents(
      (after, signal) =>
        stream('streamEvents', {
          params: { ws: workspace },
          query: { after },
          ...(after === undefined ? {} : { headers: { 'last-event-id': String(after) } }),
          ...(signal === undefined ? {} : { signal }),
        }),
      eventOptions,
    )
  }

  // The types of the route table live in the interface; inside, one path serves all operations.
  return {
    baseUrl,
    call,
    stream,
    items,
    events,
    requestOf: (id: OperationId, request?: AnyRequest) => requestOf(id, request),
    pathOf,
  } as unknown as Client
}

function pathOf(id: OperationId, request: AnyRequest = {}): string {
  return fillPath(operations[id][1], request.params) + queryString(request.query)
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (code === 'ECONNREFUSED') return 'the connection was refused'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the host name is not known'
  if (cause instanceof Error && cause.message !== '') return code === '' ? cause.message : `${cause.message} (${code})`
  return 'the connection failed'
}
