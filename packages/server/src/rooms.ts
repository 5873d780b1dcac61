import { platformMigrations, type Migration, type Platform } from './platform/index.ts'
import type { Room } from './room.ts'

/** Every room's schema in the order of the arrows: a room comes after the rooms it may import. */
export const migrations: readonly Migration[] = [...platformMigrations]

/** Builds the rooms bottom-up, handing each the doors of those below it. */
export function buildRooms(_platform: Platform): readonly Room[] {
  return []
}
