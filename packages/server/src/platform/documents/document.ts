import { ModelyardError, type ErrorPlace } from '@modelyard/contract'
import { isAlias, LineCounter, parseDocument as parseYaml, visit, type Document } from 'yaml'
import type { z } from 'zod'
import { nearest } from './nearest.ts'

/** A user's YAML file that fits its schema, with where each value stands. */
export interface ParsedDocument<Value> {
  readonly value: Value
  /** The plain value as written, before defaults. */
  readonly raw: unknown
  /** A place in the file for an error that only shows later, e.g. a compute target that does not exist. */
  placeOf(path: readonly (string | number)[], message: string, suggestion?: string): ErrorPlace
}

const deepest = 32

/**
 * Parses YAML (or JSON) and checks it strictly: an unknown key is an error with a suggestion. All errors come at once, each with line and
 * column. No anchors' expansion bombs, no custom tags, no duplicate keys.
 */
export function parseDocument<Schema extends z.ZodType>(
  source: { name: string; text: string },
  schema: Schema,
): ParsedDocument<z.output<Schema>> {
  const counter = new LineCounter()
  const document = parseYaml(source.text, {
    lineCounter: counter,
    prettyErrors: false,
    uniqueKeys: true,
    version: '1.2',
    schema: 'core',
  })
  const syntax = [...document.errors, ...document.warnings]
  if (syntax.length > 0) {
    throw invalidDocument(
      source.name,
      syntax.map((problem) => {
        const { line, col } = counter.linePos(problem.pos[0])
        return { path: '', line, column: col, message: problem.message }
      }),
    )
  }
  refuseDepthAndAliases(source.name, document)
  const raw: unknown = document.toJS({ maxAliasCount: 0 })
  const placeOf = (path: readonly (string | number)[], message: string, suggestion?: string): ErrorPlace => ({
    path: path.join('.'),
    ...position(document, counter, path),
    message,
    ...(suggestion === undefined ? {} : { suggestion }),
  })
  const checked = schema.safeParse(raw)
  if (!checked.success)
    throw invalidDocument(
      source.name,
      checked.error.issues.flatMap((issue) => placesOfIssue(issue, placeOf, schema)),
    )
  return { value: checked.data, raw, placeOf }
}

/** The error of a file, its places in the text as `file:line:column`. */
export function invalidDocument(fileName: string, places: readonly ErrorPlace[]): ModelyardError {
  const lines = places.map(
    (place) =>
      `${fileName}:${place.line ?? 1}:${place.column ?? 1} ${place.path === '' ? '' : `${place.path}: `}${place.message}${place.suggestion === undefined ? '' : ` (did you mean \`${place.suggestion}\`?)`}`,
  )
  return new ModelyardError('document_invalid', lines.join('\n'), { places, details: { file: fileName } })
}

function refuseDepthAndAliases(fileName: string, document: Document.Parsed): void {
  visit(document, {
    Node(_key, node, ancestors) {
      if (isAlias(node))
        throw invalidDocument(fileName, [{ path: '', message: 'aliases (`*name`) are not taken; write the value out' }])
      if (ancestors.length > deepest * 2)
        throw invalidDocument(fileName, [{ path: '', message: `is nested deeper than ${deepest} levels` }])
    },
  })
}

/** Where a path stands: the key itself for a map entry, the nearest parent for something missing. */
function position(
  document: Document.Parsed,
  counter: LineCounter,
  path: readonly (string | number)[],
): { line: number; column: number } {
  for (let length = path.length; length > 0; length--) {
    const parent: unknown = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
    const offset = keyOffset(parent, path[length - 1]) ?? rangeStart(document.getIn(path.slice(0, length), true))
    if (offset !== undefined) {
      const { line, col } = counter.linePos(offset)
      return { line, column: col }
    }
  }
  return { line: 1, column: 1 }
}

function keyOffset(parent: unknown, key: string | number | undefined): number | undefined {
  if (typeof parent !== 'object' || parent === null || !('items' in parent) || !Array.isArray(parent.items))
    return undefined
  for (const item of parent.items as { key?: { value?: unknown; range?: number[] } }[]) {
    if (item.key !== undefined && item.key.value === key) return item.key.range?.[0]
  }
  return undefined
}

function rangeStart(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined
  return (node.range as number[])[0]
}

type Issue = z.core.$ZodIssue
type PlaceOf = (path: readonly (string | number)[], message: string, suggestion?: string) => ErrorPlace

function placesOfIssue(issue: Issue, placeOf: PlaceOf, schema: z.ZodType): ErrorPlace[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path)
    return issue.keys.map((key) =>
      known.includes(key)
        ? placeOf([...path, key], `\`${key}\` does not go with what stands beside it`)
        : placeOf([...path, key], `unknown key \`${key}\``, nearest(key, known)),
    )
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The branch that came furthest is the one that was meant.
    const best = issue.errors.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length)[0] ?? []
    if (depth(best) > 0 || best.some((inner) => inner.code === 'unrecognized_keys')) {
      return best.flatMap((inner) => placesOfIssue({ ...inner, path: [...issue.path, ...inner.path] }, placeOf, schema))
    }
  }
  return [placeOf(path, issue.message)]
}

function depth(issues: readonly Issue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length))
}

/** The keys a schema knows at a path, for the suggestion; looks through optionals, defaults, records and unions. */
function keysAt(schema: unknown, path: readonly (string | number)[]): string[] {
  const definition = (schema as { _zod?: { def?: Record<string, unknown> } } | undefined)?._zod?.def
  if (definition === undefined) return []
  if ('innerType' in definition) return keysAt(definition['innerType'], path)
  if ('in' in definition) return keysAt(definition['in'], path)
  if (Array.isArray(definition['options'])) return definition['options'].flatMap((option) => keysAt(option, path))
  const shape = definition['shape'] as Record<string, unknown> | undefined
  const [head, ...rest] = path
  if (head === undefined) return shape === undefined ? [] : Object.keys(shape)
  if (shape !== undefined) return keysAt(shape[String(head)], rest)
  return keysAt(definition['valueType'] ?? definition['element'], rest)
}
