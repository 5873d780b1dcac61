import { ModelyardError, SlugName } from '@modelyard/contract'
import { appendEvent, type Platform } from '../platform/index.ts'
import type { By, EndpointDeps, EndpointService } from './endpoint-service.ts'
import * as store from './endpoint-store.ts'
import type { DeploymentTable } from './endpoint-tables.ts'
import { readTraffic } from './traffic.ts'

/** A model version to be deployed; without a name the deployment is called after the version. */
export interface VersionToDeploy {
  readonly model: string
  readonly version: string
  readonly name?: string
}

/** Deploys another version of a model beside what serves: all else is copied from the deployment with the most traffic, and it gets none. */
export function createVersionDeployer(
  platform: Platform,
  deps: Pick<EndpointDeps, 'models'>,
  endpoints: EndpointService,
  changed: () => Promise<void>,
) {
  const { store: database, clock } = platform

  return async function deployVersion(
    workspace: string,
    endpoint: string,
    wanted: VersionToDeploy,
    by: By,
  ): Promise<DeploymentTable> {
    const version = await deps.models.resolveModelVersion(database.read, workspace, `${wanted.model}:${wanted.version}`)
    if (version?.tree == null)
      throw new ModelyardError(
        'model_version_not_found',
        `The model '${wanted.model}' has no version ${wanted.version} with files.`,
      )
    const { tree } = version
    const row = await database.write(async (tx) => {
      const owner = await endpoints.requireEndpoint(tx, workspace, endpoint)
      const existing = await store.listDeployments(tx, workspace, endpoint)
      const traffic = readTraffic(owner.traffic)
      const template = existing.toSorted(
        (a, b) => (traffic[b.name] ?? 0) - (traffic[a.name] ?? 0) || b.updated_at - a.updated_at,
      )[0]
      if (template === undefined)
        throw new ModelyardError('deployment_not_found', `The endpoint '${endpoint}' has no deployment to copy.`)
      if (template.code_tree === null && version.format !== 'mlflow')
        throw new ModelyardError(
          'precondition_failed',
          `'${template.name}' has no scoring script, and ${wanted.model}:${wanted.version} is no MLflow model.`,
        )
      const at = clock.now()
      const added: DeploymentTable = {
        ...template,
        name: wanted.name ?? freeName(String(version.version), existing),
        model_name: version.model,
        model_version: String(version.version),
        model_format: version.format,
        model_tree: tree,
        revision: 1,
        state: 'creating',
        reason: '',
        error: null,
        created_at: at,
        updated_at: at,
      }
      if (!SlugName.safeParse(added.name).success)
        throw new ModelyardError('name_invalid', `'${added.name.slice(0, 100)}' is no name of a deployment.`)
      if (!(await store.insertDeployment(tx, added)))
        throw new ModelyardError(
          'already_exists',
          `The endpoint '${endpoint}' already has a deployment '${added.name}'.`,
        )
      await store.changeEndpoint(tx, workspace, endpoint, {
        traffic: JSON.stringify({ ...traffic, [added.name]: 0 }),
        updated_at: at,
      })
      await appendEvent(tx, {
        name: 'deployment.created',
        subject: `${endpoint}/${added.name}`,
        workspace,
        at,
        ...by,
        data: { endpoint, deployment: added.name },
        after: { name: added.name, model: added.model_name, version: added.model_version, copiedFrom: template.name },
      })
      return added
    })
    void changed()
    return row
  }
}

/** `v7`, or `v7-2` when that is taken: a version may be tried again. */
function freeName(version: string, existing: readonly DeploymentTable[]): string {
  const taken = new Set(existing.map((deployment) => deployment.name))
  for (let turn = 1; ; turn++) {
    const name = turn === 1 ? `v${version}` : `v${version}-${turn}`
    if (!taken.has(name)) return name
  }
}
