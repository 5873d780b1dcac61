import type { BaselineInput, ComputeOutput, ReferenceFacts, VersionInput } from './compute/request.ts'
import type { ServedVersions, ReferenceOrigin } from './reference-service.ts'

/** What runs of a monitor have found besides windows; kept with it. */
export interface Found {
  /** By the key of the version. */
  readonly references: Readonly<Record<string, ReferenceFacts & ReferenceOrigin>>
  /** What versions without any of their own took from their first complete window. */
  readonly learned: Readonly<Record<string, Learned>>
  readonly baselines: Readonly<
    Record<string, { readonly values: Readonly<Record<string, number>>; readonly source: string }>
  >
  /** The version that gets the most traffic. */
  readonly main: string | null
  readonly seenColumns: readonly string[]
}

export interface Learned {
  readonly baseline: BaselineInput | null
  readonly predictions: VersionInput['predictions']
  readonly source: string
}

export const nothingFound: Found = { references: {}, learned: {}, baselines: {}, main: null, seenColumns: [] }

/** Reads what is kept; nothing before the first run. */
export function readFound(text: string | null): Found {
  return text === null ? nothingFound : (JSON.parse(text) as Found)
}

/** Versions with what was learned of them where they have nothing of their own. */
export function withLearned(versions: readonly VersionInput[], found: Found): VersionInput[] {
  return versions.map((version) => {
    const learned = found.learned[version.key]
    if (learned === undefined) return version
    return {
      ...version,
      baseline: version.baseline ?? learned.baseline,
      predictions: version.predictions ?? learned.predictions,
      predictionSource: version.predictions === null ? learned.source : version.predictionSource,
      predictionsOfWindow: version.predictions === null && learned.predictions !== null,
    }
  })
}

const nothingComputed: ComputeOutput = { windows: [], references: [], learned: [], seenColumns: [] }

/** What is known after some more windows, or after looking without any. */
export function withOutput(found: Found, served: ServedVersions, output: ComputeOutput = nothingComputed): Found {
  const learned = { ...found.learned }
  for (const { key, baseline, predictions, source } of output.learned)
    learned[key] = {
      baseline: baseline ?? learned[key]?.baseline ?? null,
      predictions: predictions ?? learned[key]?.predictions ?? null,
      source,
    }
  const baselines = { ...found.baselines }
  for (const version of withLearned(served.versions, { ...found, learned })) {
    if (version.baseline === null) continue
    const measured = output.references.find(({ key }) => key === version.key)?.baseline
    const { values, source } = version.baseline
    baselines[version.key] = { values: { ...values, ...baselines[version.key]?.values, ...measured }, source }
  }
  return {
    references: referencesOf(found, served, output),
    learned,
    baselines,
    main: served.main ?? found.main,
    seenColumns: output.seenColumns.length > 0 ? output.seenColumns : found.seenColumns,
  }
}

function referencesOf(found: Found, served: ServedVersions, output: ComputeOutput): Found['references'] {
  const none: ReferenceOrigin = { kind: 'none', name: null, version: null, reason: '' }
  const references = { ...found.references }
  for (const facts of output.references) {
    const origin = served.origins.get(facts.key) ?? none
    references[facts.key] = { ...facts, ...origin, reason: facts.reason === '' ? origin.reason : facts.reason }
  }
  // A version that has answered nothing yet has a reference all the same.
  const key = served.main
  const origin = key === undefined ? undefined : served.origins.get(key)
  if (key !== undefined && origin !== undefined && references[key] === undefined)
    references[key] = { key, rows: 0, timed: false, importance: {}, baseline: {}, limits: {}, ...origin }
  return references
}
