import type { Platform } from '../platform/index.ts'
import { dataHandlers } from './data-routes.ts'
import { createDataService } from './data-service.ts'

export { dataMigrations } from './data-tables.ts'
export { readTree, treeExists } from './tree-reading.ts'

/** Bytes, folders and data assets. */
export function createData(platform: Platform) {
  const service = createDataService(platform)
  return { ...service, handlers: dataHandlers(platform, service) }
}

export type Data = ReturnType<typeof createData>
