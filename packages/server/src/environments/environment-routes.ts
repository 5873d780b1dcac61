import { ModelyardError } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import type { Handlers } from '../http/index.ts'
import { toPage, type Platform } from '../platform/index.ts'
import type { EnvironmentService } from './environment-service.ts'
import * as store from './environment-store.ts'

type Ids = 'listEnvironments' | 'createEnvironment' | 'getEnvironment' | 'getEnvironmentVersion'

export function environmentHandlers(platform: Platform, service: EnvironmentService): Handlers<Ids> {
  const { read } = platform.store
  return {
    async listEnvironments({ params, query }) {
      const rows = await store.listEnvironments(read, params.ws, query.pageSize + 1, query.pageToken)
      return toPage(
        rows,
        query.pageSize,
        (row) => [row.name],
        (row) => ({
          name: row.name,
          latestVersion: row.version,
          description: row.description,
          createdAt: toTimestamp(Number(row.first_at)),
          updatedAt: toTimestamp(Number(row.last_at)),
        }),
      )
    },
    async createEnvironment({ params, body, access, requestId }) {
      const row = await service.create({ workspace: params.ws, ...body, actor: access.actor, requestId })
      return service.toDocument(row)
    },
    async getEnvironment({ params }) {
      const rows = await store.listVersions(read, params.ws, params.name)
      const [newest] = rows
      const oldest = rows.at(-1)
      if (newest === undefined || oldest === undefined)
        throw new ModelyardError(
          'environment_not_found',
          `There is no environment '${params.name}' in the workspace '${params.ws}'.`,
        )
      return {
        name: newest.name,
        latestVersion: newest.version,
        description: newest.description,
        createdAt: toTimestamp(oldest.created_at),
        updatedAt: toTimestamp(newest.created_at),
        versions: await Promise.all(rows.map(service.toDocument)),
      }
    },
    async getEnvironmentVersion({ params }) {
      return service.toDocument(await service.requireVersion(params.ws, params.name, params.version))
    },
  }
}
