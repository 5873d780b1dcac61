import { errorCatalogue, Problem, routes, type ErrorCode, type RouteSpec } from '@modelyard/contract'
import { z } from 'zod'

type Json = Record<string, unknown>

/** The API as OpenAPI 3.1, derived from the route table and from nothing else. */
export function buildOpenApi(): Json {
  const components = new Map<string, Json>()
  const paths: Record<string, Json> = {}
  for (const [operationId, spec] of Object.entries(routes) as [string, RouteSpec][]) {
    const path = spec.path.replaceAll(/:([A-Za-z]+)/g, '{$1}')
    paths[path] = { ...paths[path], [spec.method.toLowerCase()]: operation(operationId, spec, components) }
  }
  const problem = schemaOf(Problem, components, 'output')
  return {
    openapi: '3.1.0',
    info: {
      title: 'Modelyard',
      version: 'v1',
      description: 'DevOps for data science on your own machines.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      schemas: Object.fromEntries([...components].toSorted(([a], [b]) => a.localeCompare(b))),
      responses: {
        Problem: {
          description: 'A failure, as RFC 9457',
          content: { 'application/problem+json': { schema: problem } },
        },
      },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        basic: { type: 'http', scheme: 'basic' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'modelyard_session' },
      },
    },
    security: [{ bearer: [] }, { basic: [] }, { cookie: [] }],
  }
}

function operation(operationId: string, spec: RouteSpec, components: Map<string, Json>): Json {
  const statuses = [...new Set(spec.errors.map((code: ErrorCode) => errorCatalogue[code].status))].toSorted(
    (a, b) => a - b,
  )
  return {
    operationId,
    summary: spec.summary,
    ...(spec.access === 'public' ? { security: [] } : { 'x-permission': spec.access }),
    'x-errors': spec.errors,
    parameters: [...parameters(spec.params, 'path', components), ...parameters(spec.query, 'query', components)],
    ...requestBody(spec, components),
    responses: {
      [String(spec.status ?? (spec.response === undefined && spec.stream === undefined ? 204 : 200))]: success(
        spec,
        components,
      ),
      ...Object.fromEntries(statuses.map((status) => [String(status), { $ref: '#/components/responses/Problem' }])),
      default: { $ref: '#/components/responses/Problem' },
    },
  }
}

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query', components: Map<string, Json>): Json[] {
  if (schema === undefined) return []
  const object = schemaOf(schema, components, 'input') as { properties?: Record<string, Json>; required?: string[] }
  return Object.entries(object.properties ?? {}).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || (object.required ?? []).includes(name),
    schema: property,
  }))
}

function requestBody(spec: RouteSpec, components: Map<string, Json>): Json {
  if (spec.rawBody === true)
    return { requestBody: { required: true, content: { 'application/octet-stream': { schema: {} } } } }
  if (spec.body === undefined) return {}
  return {
    requestBody: {
      required: true,
      content: { 'application/json': { schema: schemaOf(spec.body, components, 'input') } },
    },
  }
}

const streamTypes = { events: 'text/event-stream', bytes: 'application/octet-stream', text: 'text/plain' } as const

function success(spec: RouteSpec, components: Map<string, Json>): Json {
  if (spec.stream !== undefined)
    return { description: spec.summary, content: { [streamTypes[spec.stream]]: { schema: {} } } }
  if (spec.response === undefined) return { description: 'Done' }
  return {
    description: spec.summary,
    content: { 'application/json': { schema: schemaOf(spec.response, components, 'output') } },
  }
}

/** A schema with the named ones moved into `components`. */
function schemaOf(schema: z.ZodType, components: Map<string, Json>, io: 'input' | 'output'): Json {
  const {
    $schema: _dialect,
    $defs,
    ...own
  } = z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12' }) as Json & {
    $defs?: Record<string, Json>
  }
  for (const [name, definition] of Object.entries($defs ?? {}))
    components.set(name, rewriteReferences(definition) as Json)
  const name = typeof own['id'] === 'string' ? own['id'] : undefined
  const rewritten = rewriteReferences(own) as Json
  if (name === undefined) return rewritten
  components.set(name, rewritten)
  return { $ref: `#/components/schemas/${name}` }
}

function rewriteReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewriteReferences)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([key]) => key !== 'id' || typeof (value as Json)['id'] !== 'string')
  return Object.fromEntries(
    entries.map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string'
        ? inner.replace('#/$defs/', '#/components/schemas/')
        : rewriteReferences(inner),
    ]),
  )
}
