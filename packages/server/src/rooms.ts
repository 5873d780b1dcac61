import { createExperiments, experimentsMigrations } from './experiments/index.ts'
import { platformMigrations, type Migration, type Platform } from './platform/index.ts'
import type { Room } from './room.ts'

/** Every room's schema in the order of the arrows: a room comes after the rooms it may import. */
export const migrations: readonly Migration[] = [...platformMigrations, ...experimentsMigrations]

/** Builds the rooms bottom-up, handing each the doors of those below it. */
export function buildRooms(platform: Platform): readonly Room[] {
  const experiments = createExperiments(platform)
  return [experiments]
}
