import type { RunStatus } from '@modelyard/contract'
import { invalidParameter } from './wire-error.ts'

/** JSON has no words for these; MLflow's clients read and write them as strings. */
const specialValues = new Map<string, number>([
  ['NaN', Number.NaN],
  ['nan', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])

/** A 64-bit float as a client wrote it: a number, or a string with a number or one of the special words. */
export function readDouble(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || value === '') return undefined
  const special = specialValues.get(value)
  if (special !== undefined) return special
  const number = Number(value)
  return Number.isNaN(number) ? undefined : number
}

export function writeDouble(value: number): number | string {
  if (Number.isFinite(value)) return value
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
}

const wholeNumber = /^-?\d{1,16}$/

/** A 64-bit integer as a client wrote it: a number or its digits in a string; within the range that a number holds exactly. */
export function readInteger(value: unknown): number | undefined {
  const number = typeof value === 'string' && wholeNumber.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined
}

const typeNames: Readonly<Record<string, string>> = { string: 'str', number: 'int', boolean: 'bool' }

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'number' && !Number.isInteger(value)) return 'float'
  return typeNames[typeof value] ?? 'dict'
}

function wrongType(name: string, value: unknown): Error {
  return invalidParameter(
    `Invalid value ${JSON.stringify(value)?.slice(0, 200) ?? ''} for parameter '${name}' supplied: Hint: Value was of type '${typeName(value)}'.`,
  )
}

/** The fields of a request: a JSON body or a query. Null and absent are the same, as they are to MLflow. */
export class Fields {
  readonly source: Readonly<Record<string, unknown>>
  readonly #prefix: string

  constructor(source: unknown, prefix = '') {
    if (typeof source !== 'object' || source === null || Array.isArray(source))
      throw invalidParameter(prefix === '' ? 'The body must be a JSON object.' : `'${prefix}' must be an object.`)
    this.source = source as Record<string, unknown>
    this.#prefix = prefix
  }

  #read(name: string): unknown {
    return Object.hasOwn(this.source, name) ? (this.source[name] ?? undefined) : undefined
  }

  #name(name: string): string {
    return this.#prefix === '' ? name : `${this.#prefix}.${name}`
  }

  #missing(name: string): Error {
    return invalidParameter(
      `Missing value for required parameter '${this.#name(name)}'. See the API docs for more information about request parameters.`,
    )
  }

  has(name: string): boolean {
    return this.#read(name) !== undefined
  }

  /** A string, empty allowed; undefined when absent. */
  text(name: string, longest = 100_000): string | undefined {
    const value = this.#read(name)
    if (value === undefined) return undefined
    if (typeof value !== 'string') throw wrongType(this.#name(name), value)
    if (value.length > longest)
      throw invalidParameter(`'${this.#name(name)}' exceeds the maximum length of ${longest} characters.`)
    return value
  }

  requiredText(name: string, longest = 100_000): string {
    const value = this.text(name, longest)
    if (value === undefined || value === '') throw this.#missing(name)
    return value
  }

  integer(name: string): number | undefined {
    const value = this.#read(name)
    if (value === undefined || value === '') return undefined
    const number = readInteger(value)
    if (number === undefined) throw wrongType(this.#name(name), value)
    return number
  }

  /** A count between 1 and `most`. */
  count(name: string, usual: number, most: number): number {
    const value = this.integer(name) ?? usual
    if (value < 1 || value > most)
      throw invalidParameter(
        `Invalid value ${value} for parameter '${this.#name(name)}' supplied: it must be at least 1 and at most ${most}.`,
      )
    return value
  }

  double(name: string): number {
    const value = this.#read(name)
    if (value === undefined) throw this.#missing(name)
    const number = readDouble(value)
    if (number === undefined) throw wrongType(this.#name(name), value)
    return number
  }

  flag(name: string): boolean {
    const value = this.#read(name)
    if (value === undefined) return false
    if (typeof value === 'boolean') return value
    if (value === 'true' || value === 'True') return true
    if (value === 'false' || value === 'False') return false
    throw wrongType(this.#name(name), value)
  }

  /** A list of strings; a query that gives the name once gives a string. */
  texts(name: string, most = 10_000): string[] {
    const value = this.#read(name)
    if (value === undefined) return []
    const list: unknown[] = Array.isArray(value) ? value : [value]
    if (list.length > most) throw invalidParameter(`'${this.#name(name)}' holds more than ${most} items.`)
    for (const item of list) if (typeof item !== 'string') throw wrongType(this.#name(name), value)
    return list as string[]
  }

  /** A list of objects. */
  objects(name: string, most: number): Fields[] {
    const value = this.#read(name)
    if (value === undefined) return []
    if (!Array.isArray(value)) throw wrongType(this.#name(name), value)
    if (value.length > most)
      throw invalidParameter(
        `A request may hold at most ${most} ${name}; got ${value.length}. Send ${name} in several requests.`,
      )
    return value.map((item: unknown, index) => new Fields(item, `${this.#name(name)}[${index}]`))
  }

  object(name: string): Fields | undefined {
    const value = this.#read(name)
    return value === undefined ? undefined : new Fields(value, this.#name(name))
  }

  /** A string that is cut where it is too long, as MLflow does with the values of parameters and tags of a run. */
  cutText(name: string, longest: number): string {
    return (this.text(name, Number.POSITIVE_INFINITY) ?? '').slice(0, longest)
  }

  /** `[{key, value}]` as a record; the last of a repeated key holds. */
  pairs(name: string, most: number, longest: number): Record<string, string> {
    return Object.fromEntries(
      this.objects(name, most).map((pair) => [pair.requiredText('key', 500), pair.text('value', longest) ?? '']),
    )
  }

  /** As {@link pairs}, with values cut where they are too long. */
  cutPairs(name: string, most: number, longest: number): Record<string, string> {
    return Object.fromEntries(
      this.objects(name, most).map((pair) => [pair.requiredText('key', 500), pair.cutText('value', longest)]),
    )
  }
}

/** A record as MLflow writes it. */
export function writePairs(record: Readonly<Record<string, string>>): { key: string; value: string }[] {
  return Object.entries(record).map(([key, value]) => ({ key, value }))
}

const statuses: readonly RunStatus[] = ['scheduled', 'running', 'finished', 'failed', 'killed']

export function readRunStatus(text: string): RunStatus {
  const status = statuses.find((each) => each.toUpperCase() === text)
  if (status === undefined)
    throw invalidParameter(
      `Invalid value '${text.slice(0, 50)}' for parameter 'status' supplied: use one of ${statuses.map((each) => each.toUpperCase()).join(', ')}.`,
    )
  return status
}

/** Which of the living and the deleted a search shows. */
export function readViewType(fields: Fields, name: string): 'active' | 'deleted' | undefined {
  const text = fields.text(name) ?? 'ACTIVE_ONLY'
  if (text === 'ACTIVE_ONLY' || text === '1') return 'active'
  if (text === 'DELETED_ONLY' || text === '2') return 'deleted'
  if (text === 'ALL' || text === '3') return undefined
  throw invalidParameter(
    `Invalid value '${text.slice(0, 50)}' for parameter '${name}' supplied: use ACTIVE_ONLY, DELETED_ONLY or ALL.`,
  )
}
