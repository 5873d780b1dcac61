import type { Platform } from '../../platform/index.ts'
import { collectionHandlers } from './collection-routes.ts'
import { createCollectionLoop } from './collection-loop.ts'
import { createCollectionService, type CollectionDeps } from './collection-service.ts'
import type { RetentionLimits } from './retention.ts'

export type { CollectionDeps } from './collection-service.ts'
export type { LabelNaming } from '../labels/label-rows.ts'

/** Rows that the gateway kept, as Parquet, with their labels. */
export function createCollection(platform: Platform, deps: CollectionDeps & { readonly retention?: RetentionLimits }) {
  const service = createCollectionService(platform, deps)
  let loop: ReturnType<typeof createCollectionLoop> | undefined
  return {
    ...service,
    handlers: collectionHandlers(platform, service, deps.thread),
    start() {
      const { retention } = deps
      loop = createCollectionLoop(platform, {
        service,
        thread: deps.thread,
        ...(retention === undefined ? {} : { retention }),
      })
    },
    /** Ends the loop; the thread is the caller's to stop. */
    async stop() {
      await loop?.stop()
    },
  }
}

export type Collection = ReturnType<typeof createCollection>
