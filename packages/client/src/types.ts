import type { OperationId, Routes } from '@modelyard/contract'

export type { OperationId, Problem } from '@modelyard/contract'

type Output<Schema> = Schema extends { readonly _zod: { readonly output: infer Value } } ? Value : never
type Input<Schema> = Schema extends { readonly _zod: { readonly input: infer Value } } ? Value : never

/** A schema that coerces takes anything; what it makes of it is the type people mean. */
type Meant<In, Out> = {
  [Key in keyof In]: unknown extends In[Key] ? (Key extends keyof Out ? Out[Key] : In[Key]) : In[Key]
}
type Loose<Value> = { [Key in keyof Value]: undefined extends Value[Key] ? Value[Key] | undefined : Value[Key] }

type Field<Name extends string, Value> = object extends Value
  ? { readonly [Key in Name]?: Value }
  : { readonly [Key in Name]: Value }

type RouteOf<Id extends OperationId> = Routes[Id]
type ParamsField<Route> = Route extends { readonly params: infer Schema } ? Field<'params', Input<Schema>> : unknown
type QueryField<Route> = Route extends { readonly query: infer Schema }
  ? Field<'query', Loose<Meant<Input<Schema>, Output<Schema>>>>
  : unknown
type BodyField<Route> = Route extends { readonly body: infer Schema } ? Field<'body', Input<Schema>> : unknown
type RawField<Route> = Route extends { readonly rawBody: true } ? { readonly rawBody: RawBody } : unknown

/** Bytes to send as they are: in memory, or a stream that is read once. */
export type RawBody = string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | Blob

/** What every call takes besides what its route asks for. */
export interface CallExtras {
  readonly signal?: AbortSignal | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** What to hand over for an operation: path parameters, query, body. */
export type Request<Id extends OperationId> = ParamsField<RouteOf<Id>> &
  QueryField<RouteOf<Id>> &
  BodyField<RouteOf<Id>> &
  RawField<RouteOf<Id>> &
  CallExtras

/** What an operation answers: its JSON document, or nothing. */
export type Answer<Id extends OperationId> =
  RouteOf<Id> extends { readonly response: infer Schema } ? Output<Schema> : undefined

/** One item of the pages that a list operation answers. */
export type ItemOf<Id extends OperationId> = Answer<Id> extends { items: readonly (infer Item)[] } ? Item : never

/** Arguments of a call: left out altogether when nothing is required. */
export type Arguments<Id extends OperationId> =
  object extends Request<Id> ? [request?: Request<Id>] : [request: Request<Id>]
