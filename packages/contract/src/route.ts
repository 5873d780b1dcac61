import type { ZodType } from 'zod'
import type { ErrorCode } from './errors.ts'
import type { Access } from './permissions.ts'

/** What a route sends back when it is not one JSON document. */
export type StreamKind = 'events' | 'bytes' | 'text'

/** One line of the route table. `path` has `:name` segments; `params`, `query` and `body` are checked before the handler runs. */
export interface RouteSpec {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly summary: string
  readonly access: Access
  readonly params?: ZodType
  readonly query?: ZodType
  readonly body?: ZodType
  /** The body is taken as a stream of bytes instead of JSON. */
  readonly rawBody?: boolean
  /** Schema of the JSON answer; left out for a stream and for 204. */
  readonly response?: ZodType
  readonly stream?: StreamKind
  readonly status?: 200 | 201 | 202 | 204 | 302
  readonly errors: readonly ErrorCode[]
  /** Greatest body in bytes; 2 MiB where nothing is said. */
  readonly bodyLimitBytes?: number
}

/** Keeps the literal types of a route table, so that clients and handlers can be typed from it. */
export function defineRoutes<const Table extends Record<string, RouteSpec>>(table: Table): Table {
  return table
}
