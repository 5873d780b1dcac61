import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { ModelyardError } from '@modelyard/contract'
import type { Handlers } from '../../http/index.ts'
import type { Platform } from '../../platform/index.ts'
import type { MonitorThread } from '../thread/monitor-thread.ts'
import type { CollectionService } from './collection-service.ts'
import type { Period } from './doors.ts'
import { runQuery } from './query.ts'

type Ids = 'listCollectedFiles' | 'getCollectedFile' | 'listCollectedRows' | 'queryCollected' | 'addLabels'

/** Times of a request, as numbers. */
function periodOf({ from, to }: { readonly from?: string | undefined; readonly to?: string | undefined }): Period {
  return {
    ...(from === undefined ? {} : { fromMs: Date.parse(from) }),
    ...(to === undefined ? {} : { toMs: Date.parse(to) }),
  }
}

export function collectionHandlers(
  platform: Platform,
  service: CollectionService,
  thread: MonitorThread,
): Handlers<Ids> {
  const { clock } = platform

  async function flushed(workspace: string, endpoint: string): Promise<void> {
    await service.requireEndpoint(workspace, endpoint)
    await service.flush(workspace, endpoint)
  }

  return {
    async listCollectedFiles({ params, query }) {
      await flushed(params.ws, params.endpoint)
      return { items: await service.listFiles(params.ws, params.endpoint, periodOf(query)) }
    },
    async getCollectedFile({ params, query }) {
      await service.requireEndpoint(params.ws, params.endpoint)
      const files = await service.listFiles(params.ws, params.endpoint)
      // What the client says is only ever compared.
      const file = files.find(({ path }) => path === query.path)
      const missing = new ModelyardError(
        'collected_file_not_found',
        `There is no file '${query.path}' of collected rows.`,
      )
      if (file === undefined) throw missing
      const { rowsFolder } = service.place(params.ws, params.endpoint)
      const handle = await open(join(rowsFolder, ...file.path.split('/')), 'r').catch(() => {
        throw missing
      })
      return {
        body: handle.createReadStream(),
        contentType: 'application/vnd.apache.parquet',
        headers: { 'content-length': String((await handle.stat()).size) },
      }
    },
    async listCollectedRows({ params, query }) {
      await flushed(params.ws, params.endpoint)
      return service.newestRows(params.ws, params.endpoint, { ...periodOf(query), limit: query.limit })
    },
    async queryCollected({ params, body }) {
      await flushed(params.ws, params.endpoint)
      const sources = await thread.run('querySources', { place: service.place(params.ws, params.endpoint) })
      return runQuery(body.sql, body.limit, sources, (delayMs, work) => clock.after(delayMs, work))
    },
    addLabels: ({ params, query, stream }) =>
      service.addLabels(params.ws, params.endpoint, { body: stream, format: query.format, monitor: query.monitor }),
  }
}
