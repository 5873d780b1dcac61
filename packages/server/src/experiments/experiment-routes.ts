import type { Handlers } from '../http/index.ts'
import { decodeCursor, toPage, type Platform } from '../platform/index.ts'
import { requireExperiment } from './experiment.ts'
import type { ExperimentService } from './experiment-service.ts'
import { countRuns, listExperimentsByUse, listExperimentTags } from './experiment-store.ts'
import type { RunQueries } from './run-query-service.ts'
import { viewExperiment } from './run-view.ts'

export function experimentHandlers(
  { store }: Pick<Platform, 'store'>,
  experiments: ExperimentService,
  queries: RunQueries,
): Handlers<'listExperiments' | 'createExperiment' | 'getExperiment'> {
  return {
    async listExperiments({ params, query }) {
      await experiments.ensureDefault(params.ws)
      const cursor = decodeCursor(query.pageToken, 2)
      const after = cursor === undefined ? undefined : { usedAt: Number(cursor[0]), number: Number(cursor[1]) }
      const rows = await listExperimentsByUse(store.read, params.ws, query.pageSize + 1, after)
      const ids = rows.map((row) => row.id)
      const tags = await listExperimentTags(store.read, ids)
      const uses = await countRuns(store.read, ids)
      return toPage(
        rows,
        query.pageSize,
        (row) => [row.usedAt, row.number],
        (row) => viewExperiment(row, tags.get(row.id) ?? {}, uses.get(row.id)),
      )
    },
    async createExperiment({ params, body, access }) {
      const created = await store.write((tx) =>
        experiments.create(tx, { workspace: params.ws, name: body.name, actor: access.actor, tags: body.tags }),
      )
      return viewExperiment(created, body.tags, undefined)
    },
    async getExperiment({ params }) {
      const found = requireExperiment(await queries.findExperiment(params.ws, params.name), params.name)
      const tags = await listExperimentTags(store.read, [found.id])
      const uses = await countRuns(store.read, [found.id])
      return viewExperiment(found, tags.get(found.id) ?? {}, uses.get(found.id))
    },
  }
}
