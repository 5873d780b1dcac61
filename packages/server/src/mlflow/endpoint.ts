import type { Permission } from '@modelyard/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Access } from '../http/index.ts'
import type { Fields } from './wire.ts'

/** A request on one of MLflow's routes. `fields` is the body, or the query of a GET. */
export interface WireCall {
  readonly workspace: string
  readonly access: Access
  readonly fields: Fields
  readonly params: Readonly<Record<string, string>>
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** One of MLflow's routes, below `/api/<n>.0/mlflow`. The answer becomes JSON; a string is sent as it is. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly permission: Permission
  answer(call: WireCall): Promise<object | string> | object
}

export const nothing: object = {}
