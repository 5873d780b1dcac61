import type { Request } from '@modelyard/client'
import { usageFailure } from './failure.ts'
import { suggest } from './suggestions.ts'

type Role = Request<'assignRole'>['params']['role']
const roles: readonly Role[] = ['Owner', 'Contributor', 'DataScientist', 'Operator', 'Reader', 'Runner']

/** The role that a word names, in any case; another word is a usage failure with the nearest one. */
export function readRole(text: string): Role {
  const role = roles.find((known) => known.toLowerCase() === text.toLowerCase())
  if (role !== undefined) return role
  const meant = suggest(
    text.toLowerCase(),
    roles.map((known) => known.toLowerCase()),
  )
  const hint = meant === undefined ? '' : ` Did you mean ${roles.find((known) => known.toLowerCase() === meant)}?`
  throw usageFailure(`There is no role ${text}.${hint}`, `Use one of ${roles.join(', ')}.`)
}
