import { resolve } from 'node:path'
import { routes, type RouteSpec } from '@modelyard/contract'

/** Where the text goes. */
export const operationsFile = resolve(import.meta.dirname, '../packages/client/src/operations.gen.ts')

/** Method, path and kind of every operation as a source file, so that neither pages nor commands load the schemas. */
export function generateOperations(): string {
  const lines = Object.entries(routes as Record<string, RouteSpec>).map(([id, route]) => {
    const kind = route.stream ?? (route.response === undefined ? 'none' : 'json')
    return `  ${id}: ['${route.method}', '${route.path}', '${kind}'],`
  })
  return `// Generated from the route table by tools/generate.ts; do not edit.
import type { OperationId } from '@modelyard/contract'

type Operation = readonly [method: string, path: string, kind: 'json' | 'none' | 'events' | 'bytes' | 'text']

export const operations: Readonly<Record<OperationId, Operation>> = {
${lines.join('\n')}
}
`
}
