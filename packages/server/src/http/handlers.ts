import type { OperationId, Routes, RouteSpec } from '@modelyard/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import type { z } from 'zod'
import type { Access } from './access.ts'

type Spec<Id extends OperationId> = Routes[Id] & RouteSpec
type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined

/** A checked request. */
export interface Call<Id extends OperationId> {
  readonly params: Parsed<Spec<Id>['params']>
  readonly query: Parsed<Spec<Id>['query']>
  readonly body: Parsed<Spec<Id>['body']>
  /** The bytes of a route with `rawBody`. */
  readonly stream: Readable
  readonly access: Access
  readonly requestId: string
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** What a handler of a streaming route returns; a handler that writes to `reply` itself returns `undefined` after hijacking it. */
export interface StreamedBody {
  readonly body: Readable | string
  readonly contentType: string
  readonly headers?: Readonly<Record<string, string>>
  readonly status?: number
}

type Answer<Id extends OperationId> = Spec<Id>['stream'] extends string
  ? StreamedBody | undefined
  : Spec<Id>['response'] extends z.ZodType
    ? z.input<Spec<Id>['response']>
    : void

export type Handler<Id extends OperationId> = (
  call: Call<Id>,
) => Promise<Answer<Id> | (Id extends 'getJobLogs' ? undefined : never)>

/** The handlers of a room, typed from the route table. Main registers those of all rooms; a route without one is not served. */
export type Handlers<Ids extends OperationId> = { readonly [Id in Ids]: Handler<Id> }
export type AnyHandlers = { readonly [Id in OperationId]?: Handler<Id> }
