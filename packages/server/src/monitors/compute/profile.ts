import { profileColumn, profileTable, type ColumnProfile, type Profile } from '@modelyard/statistics'
import { openTable, TableError } from '@modelyard/statistics/tables'
import { columnOf } from './prediction-reference.ts'
import type { TableFile, VersionInput } from './request.ts'

export interface ProfileInput {
  /** The table that the version was trained on; null when there is none. */
  readonly file: TableFile | null
  readonly predictions: VersionInput['predictions']
}

/** Sketches of what a model version learned from and of what it answers. */
export interface VersionProfile {
  readonly data: Profile | null
  readonly predictions: Readonly<Record<string, ColumnProfile>> | null
}

/** Makes the profile of a model version; a table that cannot be read is said, not thrown. */
export async function profileVersion({
  file,
  predictions,
}: ProfileInput): Promise<{ profile: VersionProfile; reason: string }> {
  const answers =
    predictions === null
      ? null
      : Object.fromEntries(Object.entries(predictions).map(([name, values]) => [name, profileColumn(columnOf(values))]))
  if (file === null) return { profile: { data: null, predictions: answers }, reason: '' }
  try {
    await using table = await openTable(file.path, file.name)
    return { profile: { data: await profileTable(table), predictions: answers }, reason: '' }
  } catch (error) {
    if (!(error instanceof TableError)) throw error
    return { profile: { data: null, predictions: answers }, reason: `${file.name} cannot be read: ${error.message}` }
  }
}
