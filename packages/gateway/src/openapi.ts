import type { RoutedEndpoint } from '@modelyard/contract'

const types: Readonly<Record<string, string>> = {
  double: 'number',
  float: 'number',
  integer: 'integer',
  long: 'integer',
  boolean: 'boolean',
}

/** OpenAPI 3.0 of one endpoint; the row's columns come from the model's signature where it has one. */
export function openApiOf(endpoint: RoutedEndpoint, schema: unknown): unknown {
  // A decorated script says what it takes and gives; a model's signature says it by its columns.
  const { request, response } = (schema ?? {}) as { request?: unknown; response?: unknown }
  const inputs = (schema as { inputs?: { name?: string; type?: string }[] } | null | undefined)?.inputs
  const named = Array.isArray(inputs) && inputs.every((input) => input.name !== undefined) ? inputs : []
  const row =
    named.length === 0
      ? {}
      : {
          type: 'object',
          properties: Object.fromEntries(
            named.map((input) => [String(input.name), { type: types[input.type ?? ''] ?? 'string' }]),
          ),
          required: named.map((input) => String(input.name)),
        }
  return {
    openapi: '3.0.3',
    info: { title: endpoint.name, version: '1' },
    paths: {
      '/score': {
        post: {
          operationId: 'score',
          summary: 'Predict',
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: request ?? { type: 'object', properties: { data: { type: 'array', items: row } } },
              },
            },
          },
          responses: {
            '200': {
              description: 'The predictions, one a row',
              content: { 'application/json': { schema: response ?? {} } },
            },
            default: {
              description: 'A failure',
              content: { 'application/problem+json': { schema: { type: 'object' } } },
            },
          },
        },
      },
    },
    components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
    security: endpoint.authMode === 'none' ? [] : [{ key: [] }],
  }
}
