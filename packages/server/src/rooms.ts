import { auditMigrations, createAudit } from './audit/index.ts'
import { createData, dataMigrations } from './data/index.ts'
import { createExperiments, experimentsMigrations } from './experiments/index.ts'
import { createMlflow } from './mlflow/index.ts'
import { platformMigrations, type Migration, type Platform } from './platform/index.ts'
import { createPrincipals, principalMigrations, type Principals } from './principals/index.ts'
import type { Room } from './room.ts'
import { createWorkspaces, workspaceMigrations, type Workspaces } from './workspaces/index.ts'

/** Every room's schema in the order of the arrows: a room comes after the rooms it may import. */
export const migrations: readonly Migration[] = [
  ...platformMigrations,
  ...principalMigrations,
  ...workspaceMigrations,
  ...auditMigrations,
  ...dataMigrations,
  ...experimentsMigrations,
]

export interface Rooms {
  readonly principals: Principals
  readonly workspaces: Workspaces
  /** In the order in which they start; they stop in the opposite one. */
  readonly all: readonly Room[]
}

/** Builds the rooms bottom-up, handing each the doors of those below it. */
export function buildRooms(platform: Platform): Rooms {
  const workspaces: Workspaces = createWorkspaces(platform, {
    assignOwner: (by, workspace, principal) => principals.assignRole(by, workspace, principal, 'Owner'),
  })
  const principals = createPrincipals(platform, { listWorkspaceNames: workspaces.listNames })
  const audit = createAudit(platform)
  const data = createData(platform)
  workspaces.registerSection(async (workspace) => ({ counts: { dataAssets: await data.countAssets(workspace) } }))
  const experiments = createExperiments(platform)
  const mlflow = createMlflow(platform, { experiments, workspaces })
  return { principals, workspaces, all: [principals, workspaces, audit, data, experiments, mlflow] }
}
