import { refuseRunToken, type Experiments } from '../experiments/index.ts'
import type { Platform } from '../platform/index.ts'
import { nothing, type Endpoint, type WireCall } from './endpoint.ts'
import { writeExperiment } from './entities.ts'
import { readViewType } from './wire.ts'
import { invalidParameter, missingObject, WireError } from './wire-error.ts'

const longestTag = 5000

export function experimentEndpoints({ store }: Pick<Platform, 'store'>, { services }: Experiments): Endpoint[] {
  const { experiments, queries } = services

  async function written(experiment: Parameters<typeof writeExperiment>[0]): Promise<object> {
    const tags = await queries.experimentTags(store.read, [experiment.id])
    return { experiment: writeExperiment(experiment, tags.get(experiment.id) ?? {}) }
  }

  async function search({ fields, workspace }: WireCall): Promise<object> {
    await experiments.ensureDefault(workspace)
    const page = await queries.searchExperimentPage({
      workspace,
      lifecycle: readViewType(fields, 'view_type'),
      filter: fields.text('filter', 20_000) ?? '',
      order: fields.texts('order_by', 20),
      limit: fields.count('max_results', 1000, 50_000),
      pageToken: fields.text('page_token', 100_000) || undefined,
    })
    const tags = await queries.experimentTags(
      store.read,
      page.experiments.map((experiment) => experiment.id),
    )
    return {
      experiments: page.experiments.map((experiment) => writeExperiment(experiment, tags.get(experiment.id) ?? {})),
      ...(page.nextPageToken === undefined ? {} : { next_page_token: page.nextPageToken }),
    }
  }

  const lifecycle =
    (to: 'active' | 'deleted') =>
    async ({ fields, workspace, access }: WireCall): Promise<object> => {
      refuseRunToken(access, 'delete or restore an experiment')
      const id = fields.requiredText('experiment_id', 64)
      await store.write(async (tx) => {
        const experiment = await experiments.requireById(tx, workspace, id, access.actor)
        await experiments.setLifecycle(tx, experiment, to, access.actor)
      })
      return nothing
    }

  return [
    {
      method: 'POST',
      path: '/experiments/create',
      permission: 'experiment.write',
      async answer({ fields, workspace, access }) {
        const name = fields.requiredText('name', 500)
        const location = fields.text('artifact_location', 2048)
        if (location !== undefined && location !== '' && !location.startsWith('mlflow-artifacts:'))
          throw invalidParameter(
            `Invalid artifact_location '${location.slice(0, 200)}': this server keeps artifacts itself. Leave it out.`,
          )
        const tags = fields.pairs('tags', 1000, longestTag)
        await experiments.ensureDefault(workspace)
        const experiment = await store.write((tx) =>
          experiments.create(tx, { workspace, name, actor: access.actor, tags }),
        )
        return { experiment_id: experiment.id }
      },
    },
    { method: 'POST', path: '/experiments/search', permission: 'experiment.read', answer: search },
    { method: 'GET', path: '/experiments/search', permission: 'experiment.read', answer: search },
    {
      method: 'GET',
      path: '/experiments/get',
      permission: 'experiment.read',
      async answer({ fields, workspace }) {
        const id = fields.requiredText('experiment_id', 64)
        await experiments.ensureDefault(workspace)
        const experiment = await experiments.findById(store.read, workspace, id)
        if (experiment === undefined) throw missingObject(`No Experiment with id=${id} exists`)
        return await written(experiment)
      },
    },
    {
      method: 'GET',
      path: '/experiments/get-by-name',
      permission: 'experiment.read',
      async answer({ fields, workspace }) {
        const name = fields.requiredText('experiment_name', 500)
        await experiments.ensureDefault(workspace)
        const experiment = await experiments.findByName(store.read, workspace, name)
        if (experiment === undefined) throw missingObject(`Could not find experiment with name '${name}'`)
        return await written(experiment)
      },
    },
    { method: 'POST', path: '/experiments/delete', permission: 'experiment.write', answer: lifecycle('deleted') },
    { method: 'POST', path: '/experiments/restore', permission: 'experiment.write', answer: lifecycle('active') },
    {
      method: 'POST',
      path: '/experiments/update',
      permission: 'experiment.write',
      async answer({ fields, workspace, access }) {
        const id = fields.requiredText('experiment_id', 64)
        refuseRunToken(access, 'rename an experiment')
        const name = fields.requiredText('new_name', 500)
        await store.write(async (tx) => {
          const experiment = await experiments.requireById(tx, workspace, id, access.actor)
          if (experiment.lifecycle === 'deleted')
            // MLflow sends this code with a 500, which its clients repeat for minutes.
            throw new WireError('INVALID_STATE', 400, 'Cannot rename a non-active experiment.')
          await experiments.rename(tx, experiment, name, access.actor)
        })
        return nothing
      },
    },
    {
      method: 'POST',
      path: '/experiments/set-experiment-tag',
      permission: 'experiment.write',
      async answer({ fields, workspace, access }) {
        const id = fields.requiredText('experiment_id', 64)
        refuseRunToken(access, 'change the tags of an experiment')
        const name = fields.requiredText('key', 250)
        const value = fields.text('value', longestTag) ?? ''
        await store.write(async (tx) => {
          const experiment = await experiments.requireById(tx, workspace, id, access.actor)
          await experiments.setTags(tx, experiment, Object.fromEntries([[name, value]]))
        })
        return nothing
      },
    },
    {
      method: 'POST',
      path: '/experiments/delete-experiment-tag',
      permission: 'experiment.write',
      async answer({ fields, workspace, access }) {
        const id = fields.requiredText('experiment_id', 64)
        refuseRunToken(access, 'change the tags of an experiment')
        const name = fields.requiredText('key', 250)
        await store.write(async (tx) => {
          const experiment = await experiments.requireById(tx, workspace, id, access.actor)
          if (!(await experiments.removeTag(tx, experiment, name)))
            throw missingObject(`No tag with name: ${name} in experiment with id ${id}`)
        })
        return nothing
      },
    },
  ]
}
