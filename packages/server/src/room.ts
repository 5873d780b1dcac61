import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import type { AnyHandlers } from './http/index.ts'

/**
 * What main needs of a room. `handlers` are its routes of the contract; `mount` is for a wire surface with paths of its own; `start` begins
 * its loops once the server listens, `stop` ends them before the database closes.
 */
export interface Room {
  readonly handlers?: AnyHandlers
  mount?(app: FastifyInstance): void
  /** Adds what it counts to `/metrics`. */
  measure?(registry: Registry): void
  /** Reads what it must know before the first request; runs before the server listens. */
  load?(): Promise<void>
  start?(): Promise<void>
  stop?(): Promise<void>
}
