import { toTimestamp } from '@modelyard/platform'
import type { Platform } from '../platform/index.ts'
import { dataHandlers } from './data-routes.ts'
import { createDataService } from './data-service.ts'
import { countAssets, listRecentVersions } from './data-store.ts'

export { dataMigrations } from './data-tables.ts'
export { readTree, treeExists } from './tree-reading.ts'

const dayMs = 86_400_000

/** Bytes, folders and data assets. */
export function createData(platform: Platform) {
  const service = createDataService(platform)
  const { read } = platform.store
  return {
    ...service,
    handlers: dataHandlers(platform, service),
    async overview(workspace: string) {
      const recent = await listRecentVersions(read, workspace, platform.clock.now() - 30 * dayMs, 300)
      return {
        counts: { dataAssets: await countAssets(read, workspace) },
        timeline: recent.map((row) => ({
          lane: 'data' as const,
          name: `${row.name}:${row.version}`,
          at: toTimestamp(row.created_at),
          endedAt: null,
          status: 'registered',
          link: `/w/${workspace}/data/${encodeURIComponent(row.name)}`,
        })),
      }
    },
  }
}

export type Data = ReturnType<typeof createData>
