import { ModelyardError, type RunStatus } from '@modelyard/contract'
import type { Randomness } from '@modelyard/platform'

/** What tracking records of one piece of work. Times are milliseconds since the epoch. */
export interface RunRecord {
  readonly id: string
  readonly workspace: string
  readonly experimentId: string
  readonly name: string
  readonly status: RunStatus
  readonly lifecycle: 'active' | 'deleted'
  readonly createdBy: string
  readonly startedAt: number
  readonly endedAt: number | null
  readonly parentRunId: string | null
  readonly jobId: string | null
  readonly step: string | null
}

/** Tags by which other people's tools read and set the name and the parent of a run; kept equal to both. */
export const runNameTag = 'mlflow.runName'
export const parentRunTag = 'mlflow.parentRunId'

/** What a new run is made of. */
export interface NewRun {
  readonly id?: string
  readonly workspace: string
  readonly experimentId: string
  readonly name?: string
  readonly parentRunId?: string | null
  readonly jobId?: string | null
  readonly step?: string | null
  readonly tags?: Readonly<Record<string, string>>
  readonly status?: RunStatus
  readonly startedAt?: number
  readonly actor: string
}

/** A data set that a run read. */
export interface RunInput {
  readonly name: string
  readonly digest: string
  readonly context?: string
  readonly sourceType?: string
  readonly source?: string
  readonly schema?: string | null
  readonly profile?: string | null
  readonly tags?: Readonly<Record<string, string>>
}

export function hasEnded(status: RunStatus): boolean {
  return status === 'finished' || status === 'failed' || status === 'killed'
}

/** The run, or a refusal that names it. */
export function requireRun<Run>(run: Run | undefined, id: string): Run {
  if (run === undefined) throw new ModelyardError('run_not_found', `There is no run '${id.slice(0, 64)}'.`)
  return run
}

const adjectives =
  'amber brisk calm clever daring eager fair gentle happy ideal jolly keen lively merry noble olive proud quick ready sunny tidy upbeat vivid warm zesty'.split(
    ' ',
  )
const nouns =
  'acorn beacon comet delta ember fjord grove harbor island juniper kestrel lagoon meadow nebula otter pebble quartz river summit tundra valley willow yarrow zephyr'.split(
    ' ',
  )

/** A name for a run that was given none, such as `brisk-harbor-417`. */
export function inventRunName(randomness: Randomness): string {
  const pick = (words: readonly string[]): string => words[Math.floor(randomness.fraction() * words.length)] ?? ''
  return `${pick(adjectives)}-${pick(nouns)}-${100 + Math.floor(randomness.fraction() * 900)}`
}
