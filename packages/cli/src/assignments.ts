import { parse } from 'yaml'
import { usageFailure } from './failure.ts'

export type Scalar = string | number | boolean | null

/** Reads `name=value` words whose values are YAML scalars; the last one of a name counts. */
export function readScalars(words: readonly string[], option = '--set'): Record<string, Scalar> {
  return Object.fromEntries(readTexts(words, option).map(([name, text]) => [name, toScalar(name, text, option)]))
}

/** Reads `name=value` words whose values stay as they are. */
export function readTexts(words: readonly string[], option: string): [name: string, value: string][] {
  return words.map((word) => {
    const at = word.indexOf('=')
    if (at < 1) throw usageFailure(`${option} takes NAME=VALUE, not ${word}.`, `Write it like ${option} depth=3.`)
    return [word.slice(0, at), word.slice(at + 1)]
  })
}

function toScalar(name: string, text: string, option: string): Scalar {
  let value: unknown
  try {
    value = parse(text, { schema: 'core', logLevel: 'error' })
  } catch {
    throw usageFailure(
      `${option} ${name}=${text} has no YAML scalar as its value.`,
      `Put quotes into it: ${option} ${name}='"${text}"'.`,
    )
  }
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  throw usageFailure(
    `${option} ${name} takes one value, not a list or a mapping.`,
    'Give a number, a text, true, false or null.',
  )
}
