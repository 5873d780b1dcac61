import { ModelyardError } from '@modelyard/contract'
import { featureImportance } from '@modelyard/statistics'
import { TableError } from '@modelyard/statistics/tables'
import { openReference, type OpenReference } from './reference-table.ts'
import type { ReferenceFacts, ReferenceInput, VersionInput } from './request.ts'

/** A version's reference, open as long as windows are compared with it. */
export interface VersionReference {
  readonly open: OpenReference | null
  readonly reason: string
  readonly importance: ReadonlyMap<string, number>
}

type Opened = OpenReference & AsyncDisposable

const fewestRows = 50

/** What each feature has to do with the model's answers, where the reference holds them, else with the label. */
async function importanceOf({ table, features }: OpenReference, label: string | null): Promise<Record<string, number>> {
  const target = table.names.includes('prediction') ? 'prediction' : label
  if (target === null || !table.names.includes(target) || table.rows < fewestRows) return {}
  return Object.fromEntries(await featureImportance(table, await table.read(target), features))
}

/** Opens the references of versions, each table once. */
export class References implements AsyncDisposable {
  readonly #windowMs: number | undefined
  readonly #cacheFolder: string
  readonly #open = new Map<string, Promise<{ table: Opened; importance: Record<string, number> }>>()
  readonly #facts = new Map<string, Pick<ReferenceFacts, 'rows' | 'timed' | 'reason' | 'importance'>>()

  constructor(windowMs: number | undefined, cacheFolder: string) {
    this.#windowMs = windowMs
    this.#cacheFolder = cacheFolder
  }

  /** @throws ModelyardError `monitor_reference_invalid` when it cannot be read. */
  async of(version: VersionInput | undefined): Promise<VersionReference> {
    if (version === undefined)
      return { open: null, reason: 'no_reference: nothing is known of this version', importance: new Map() }
    const { reference } = version
    if (reference === null) {
      this.#facts.set(version.key, { rows: 0, timed: false, reason: '', importance: {} })
      return { open: null, reason: 'no_reference: there is nothing to compare with', importance: new Map() }
    }
    const { table, importance } = await this.#once(reference)
    this.#facts.set(version.key, {
      rows: table.table.rows,
      timed: table.times !== null,
      reason: '',
      importance,
    })
    return { open: table, reason: '', importance: new Map(Object.entries(importance)) }
  }

  #once(reference: ReferenceInput) {
    const key = JSON.stringify([reference.file.digest, reference.label, reference.time])
    const known = this.#open.get(key)
    if (known !== undefined) return known
    const opened = this.#openTable(reference)
    this.#open.set(key, opened)
    return opened
  }

  async #openTable(reference: ReferenceInput) {
    try {
      const table = await openReference(reference, this.#windowMs, this.#cacheFolder)
      return { table, importance: await importanceOf(table, reference.label) }
    } catch (error) {
      if (!(error instanceof TableError)) throw error
      throw new ModelyardError(
        'monitor_reference_invalid',
        `The reference (${reference.file.name}) cannot be read: ${error.message}.`,
        { cause: error },
      )
    }
  }

  /** What was found about the references that were asked for. */
  facts(): ReadonlyMap<string, Pick<ReferenceFacts, 'rows' | 'timed' | 'reason' | 'importance'>> {
    return this.#facts
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const opened of this.#open.values()) {
      const table = await opened.catch(() => undefined)
      await table?.table[Symbol.asyncDispose]()
    }
  }
}
