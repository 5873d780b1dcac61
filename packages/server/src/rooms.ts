import { environmentVariable } from '@modelyard/platform'
import { auditMigrations, createAudit } from './audit/index.ts'
import { automationMigrations, createAutomations } from './automations/index.ts'
import { createAzureml } from './azureml/index.ts'
import { createLocalBackend } from './adapters/compute-backend/local/backend.ts'
import { computeMigrations, createCompute } from './compute/index.ts'
import { createProcessTarget } from './adapters/deploy-target/process/target.ts'
import { createData, dataMigrations, readTree } from './data/index.ts'
import { createEndpoints, endpointMigrations, type Endpoints } from './endpoints/index.ts'
import { createEnvironments, environmentMigrations } from './environments/index.ts'
import { createExperiments, experimentsMigrations } from './experiments/index.ts'
import { createJobs, jobMigrations } from './jobs/index.ts'
import { createMlflow } from './mlflow/index.ts'
import { createModels, modelMigrations } from './models/index.ts'
import { createMonitors, monitorMigrations, type Monitors } from './monitors/index.ts'
import { createPipelines, pipelineMigrations, scheduleMigrations } from './pipelines/index.ts'
import { openSecretBox, platformMigrations, type Migration, type Platform } from './platform/index.ts'
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
  ...environmentMigrations,
  ...computeMigrations,
  ...experimentsMigrations,
  ...modelMigrations,
  ...jobMigrations,
  ...pipelineMigrations,
  ...scheduleMigrations,
  ...endpointMigrations,
  ...monitorMigrations,
  ...automationMigrations,
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
  const compute = createCompute(platform, {
    backend: createLocalBackend(platform.configuration.home),
    tokens: principals,
  })
  workspaces.registerSection(compute.overview)
  workspaces.registerSection(data.overview)
  const experiments = createExperiments(platform)
  const environments = createEnvironments(platform, { files: data })
  const models = createModels(platform, {
    data,
    experiments,
    deploymentsOf: (workspace, model, version) => endpoints.deploymentsOf(workspace, model, version),
  })
  const jobs = createJobs(platform, { compute, data, experiments, tokens: principals })
  const pipelines = createPipelines(platform, { compute, data, environments, metrics: experiments, jobs, models })
  const { home, host } = platform.configuration
  const secrets = openSecretBox(home, platform.randomness)
  const endpoints: Endpoints = createEndpoints(platform, {
    folders: data,
    models,
    environments,
    target: createProcessTarget({
      home,
      host,
      port: () => Number(new URL(platform.gatewayUrl()).port),
      content: platform.content,
      logger: platform.logger,
      readTree: (digest) => readTree(platform.content, digest),
    }),
    secrets,
    invokerHashes: principals.invokerHashes,
    isMonitored: (workspace, endpoint) => monitors.isMonitored(workspace, endpoint),
    driftScores: () => monitors.driftScores(),
  })
  const monitors: Monitors = createMonitors(platform, { data, models, endpoints })
  const automations = createAutomations(platform, {
    pipelines,
    endpoints,
    models,
    newLabels: monitors.newLabels,
    brokenData: monitors.brokenData,
    secrets,
    mail: { url: environmentVariable('MODELYARD_SMTP_URL'), from: environmentVariable('MODELYARD_SMTP_FROM') },
  })
  workspaces.registerUsage(jobs.usage)
  workspaces.registerUsage(pipelines.usage)
  workspaces.registerUsage(endpoints.usage)
  workspaces.registerUsage(monitors.usage)
  workspaces.registerUsage(automations.usage)
  for (const room of [models, jobs, pipelines, endpoints, monitors, automations])
    workspaces.registerSection(room.overview)
  workspaces.registerSection(experiments.overview)
  experiments.setModelsOfRun(async (workspace, runId) => {
    const versions = await models.listVersionsOfRun(platform.store.read, workspace, runId)
    return versions.map((row) => ({ name: row.model, version: String(row.version) }))
  })
  const mlflow = createMlflow(platform, { experiments, models, workspaces })
  const azureml = createAzureml({ pipelines, workspaces })
  return {
    principals,
    workspaces,
    all: [
      principals,
      workspaces,
      audit,
      data,
      environments,
      experiments,
      models,
      jobs,
      compute,
      pipelines,
      endpoints,
      monitors,
      automations,
      mlflow,
      azureml,
    ],
  }
}
