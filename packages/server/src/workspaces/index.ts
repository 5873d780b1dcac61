import { ModelyardError, type Workspace } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import type { Access, Handlers } from '../http/index.ts'
import { appendEvent, toPage, type Platform } from '../platform/index.ts'
import { mergeSections, type OverviewSection } from './overview.ts'
import * as store from './workspaces-store.ts'
import type { WorkspaceTable } from './workspaces-tables.ts'

export type { OverviewSection } from './overview.ts'
export { workspaceMigrations } from './workspaces-tables.ts'

/** The workspace that always exists. */
export const defaultWorkspace = 'default'

export interface WorkspaceDeps {
  assignOwner(by: { actor: string; requestId?: string }, workspace: string, principal: string): Promise<unknown>
}

/** Workspaces: what everything else belongs to. */
export function createWorkspaces(platform: Platform, deps: WorkspaceDeps) {
  const { store: database, clock } = platform
  const usages: ((workspace: string) => Promise<readonly string[]>)[] = []
  const sections: ((workspace: string) => Promise<OverviewSection>)[] = []

  const toWorkspace = (row: WorkspaceTable): Workspace => ({
    name: row.name,
    displayName: row.display_name,
    description: row.description,
    tags: JSON.parse(row.tags) as Record<string, string>,
    createdAt: toTimestamp(row.created_at),
    createdBy: row.created_by,
    url: `${platform.serverUrl()}/w/${row.name}`,
    trackingUri: row.name === defaultWorkspace ? platform.serverUrl() : `${platform.serverUrl()}/w/${row.name}`,
  })

  async function create(
    by: { actor: string; requestId?: string },
    input: { name: string; displayName?: string | undefined; description: string; tags: Record<string, string> },
  ): Promise<WorkspaceTable | undefined> {
    const row: WorkspaceTable = {
      name: input.name,
      display_name: input.displayName ?? input.name,
      description: input.description,
      tags: JSON.stringify(input.tags),
      created_at: clock.now(),
      created_by: by.actor,
    }
    return database.write(async (tx) => {
      if (!(await store.insertWorkspace(tx, row))) return undefined
      await appendEvent(tx, {
        name: 'workspace.created',
        subject: row.name,
        workspace: row.name,
        at: row.created_at,
        ...by,
        after: { name: row.name, description: row.description },
      })
      return row
    })
  }

  async function visibleNames(access: Access): Promise<string[] | undefined> {
    return (access.roles.get('*')?.size ?? 0) > 0 ? undefined : [...access.roles.keys()]
  }

  const handlers: Handlers<'listWorkspaces' | 'createWorkspace' | 'getWorkspace' | 'deleteWorkspace' | 'getOverview'> =
    {
      async listWorkspaces({ access, query }) {
        const rows = await store.listWorkspaces(
          database.read,
          await visibleNames(access),
          query.pageSize + 1,
          query.pageToken,
        )
        return toPage(rows, query.pageSize, (row) => [row.name], toWorkspace)
      },
      async createWorkspace({ access, requestId, body }) {
        const by = { actor: access.actor, requestId }
        const row = await create(by, body)
        if (row === undefined)
          throw new ModelyardError('already_exists', `There is already a workspace '${body.name}'.`)
        await deps.assignOwner(by, row.name, access.principal)
        return toWorkspace(row)
      },
      async getWorkspace({ params }) {
        const row = await store.findWorkspace(database.read, params.ws)
        if (row === undefined) throw new ModelyardError('workspace_not_found', `There is no workspace '${params.ws}'.`)
        return toWorkspace(row)
      },
      async deleteWorkspace({ access, requestId, params }) {
        if (params.ws === defaultWorkspace)
          throw new ModelyardError('workspace_protected', `The workspace '${defaultWorkspace}' cannot be deleted.`)
        const busy = (await Promise.all(usages.map((usage) => usage(params.ws)))).flat()
        if (busy.length > 0)
          throw new ModelyardError(
            'precondition_failed',
            `The workspace '${params.ws}' still has ${busy.join(', ')}; end or delete these first.`,
          )
        await database.write(async (tx) => {
          if (!(await store.deleteWorkspace(tx, params.ws)))
            throw new ModelyardError('workspace_not_found', `There is no workspace '${params.ws}'.`)
          await appendEvent(tx, {
            name: 'workspace.deleted',
            subject: params.ws,
            workspace: params.ws,
            actor: access.actor,
            requestId,
            at: clock.now(),
            before: { name: params.ws },
          })
        })
      },
      async getOverview({ params }) {
        return mergeSections(await Promise.all(sections.map((section) => section(params.ws))))
      },
    }

  return {
    handlers,
    exists: async (name: string) => (await store.findWorkspace(database.read, name)) !== undefined,
    listNames: async () => (await store.listWorkspaces(database.read, undefined, 1000)).map((row) => row.name),
    ensureDefault: () =>
      create(
        { actor: 'system' },
        { name: defaultWorkspace, description: 'Where everything goes that names no workspace', tags: {} },
      ),
    /** A room above says what keeps a workspace from being deleted. */
    registerUsage: (usage: (workspace: string) => Promise<readonly string[]>) => void usages.push(usage),
    /** A room above contributes to the overview. */
    registerSection: (section: (workspace: string) => Promise<OverviewSection>) => void sections.push(section),
  }
}

export type Workspaces = ReturnType<typeof createWorkspaces>
