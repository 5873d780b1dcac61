import { ModelyardError } from '@modelyard/contract'
import { appendEvent, type Database, type Platform, type Transaction } from '../platform/index.ts'
import {
  defaultExperimentId,
  defaultExperimentName,
  requireActive,
  requireExperiment,
  requireExperimentName,
  type ExperimentRecord,
} from './experiment.ts'
import {
  deleteExperimentTag,
  findExperimentById,
  findExperimentByName,
  insertExperiment,
  nextExperimentNumber,
  setExperimentTags,
  updateExperiment,
} from './experiment-store.ts'
import { requireName } from './metric.ts'
import { setLifecycleOfRuns } from './run-store.ts'

interface NewExperiment {
  readonly workspace: string
  readonly name: string
  readonly actor: string
  readonly tags?: Readonly<Record<string, string>>
}

export type ExperimentService = ReturnType<typeof createExperimentService>

/** Use cases of experiments. */
export function createExperimentService({ clock, store }: Pick<Platform, 'clock' | 'store'>, forgetRuns: () => void) {
  const withDefault = new Set<string>()

  async function create(tx: Transaction, experiment: NewExperiment): Promise<ExperimentRecord> {
    const { workspace, name, actor, tags = {} } = experiment
    requireExperimentName(name)
    for (const tag of Object.keys(tags)) requireName('tag', tag)
    const known = await findExperimentByName(tx, workspace, name)
    if (known !== undefined)
      throw new ModelyardError(
        'already_exists',
        `Experiment '${name}' already exists${known.lifecycle === 'deleted' ? ' in deleted state. You can restore it, or use another name.' : '.'}`,
      )
    const isDefault = workspace === 'default' && name === defaultExperimentName
    const number = isDefault ? 0 : await nextExperimentNumber(tx)
    const at = clock.now()
    const record: ExperimentRecord = {
      id: String(number),
      workspace,
      name,
      lifecycle: 'active',
      createdAt: at,
      updatedAt: at,
      createdBy: actor,
    }
    await insertExperiment(tx, record, number)
    await setExperimentTags(tx, record.id, tags)
    await appendEvent(tx, {
      name: 'experiment.created',
      subject: record.id,
      workspace,
      actor,
      at,
      data: { name },
      after: { id: record.id, name },
    })
    return record
  }

  /** The experiment of this name; made when it is new. */
  async function ensureExperiment(
    tx: Transaction,
    workspace: string,
    name: string,
    actor: string,
  ): Promise<ExperimentRecord> {
    const known = await findExperimentByName(tx, workspace, name)
    return known === undefined ? await create(tx, { workspace, name, actor }) : requireActive(known)
  }

  /** The experiment of this id for a write: Default is made when it is asked for the first time. */
  async function requireById(tx: Transaction, workspace: string, id: string, actor: string): Promise<ExperimentRecord> {
    if (id === defaultExperimentId) {
      const known = await findExperimentByName(tx, workspace, defaultExperimentName)
      return known ?? (await create(tx, { workspace, name: defaultExperimentName, actor }))
    }
    return requireExperiment(await findExperimentById(tx, workspace, id), id)
  }

  /** Makes the Default experiment of a workspace if nobody asked for it before. */
  async function ensureDefault(workspace: string): Promise<void> {
    if (withDefault.has(workspace)) return
    if ((await findExperimentByName(store.read, workspace, defaultExperimentName)) === undefined)
      await store.write((tx) => requireById(tx, workspace, defaultExperimentId, 'system'))
    withDefault.add(workspace)
  }

  async function rename(tx: Transaction, experiment: ExperimentRecord, name: string, actor: string): Promise<void> {
    requireActive(experiment)
    requireExperimentName(name)
    const known = await findExperimentByName(tx, experiment.workspace, name)
    if (known !== undefined && known.id !== experiment.id)
      throw new ModelyardError('already_exists', `Experiment '${name}' already exists.`)
    const at = clock.now()
    await updateExperiment(tx, experiment.id, { name, updated_at: at })
    await appendEvent(tx, {
      name: 'experiment.updated',
      subject: experiment.id,
      workspace: experiment.workspace,
      actor,
      at,
      data: { name },
      before: { name: experiment.name },
      after: { name },
    })
  }

  /** Deletes or restores an experiment with all its runs. */
  async function setLifecycle(
    tx: Transaction,
    experiment: ExperimentRecord,
    lifecycle: 'active' | 'deleted',
    actor: string,
  ): Promise<void> {
    if (experiment.lifecycle === lifecycle)
      throw new ModelyardError(
        'experiment_not_found',
        `There is no ${lifecycle === 'active' ? 'deleted' : 'active'} experiment '${experiment.id}'.`,
      )
    const at = clock.now()
    await updateExperiment(tx, experiment.id, { lifecycle, updated_at: at })
    await setLifecycleOfRuns(tx, experiment.id, lifecycle)
    forgetRuns()
    await appendEvent(tx, {
      name: lifecycle === 'deleted' ? 'experiment.deleted' : 'experiment.updated',
      subject: experiment.id,
      workspace: experiment.workspace,
      actor,
      at,
      data: { name: experiment.name, lifecycle },
      before: { lifecycle: experiment.lifecycle },
      after: { lifecycle },
    })
  }

  async function setTags(
    tx: Transaction,
    experiment: ExperimentRecord,
    tags: Readonly<Record<string, string>>,
  ): Promise<void> {
    requireActive(experiment)
    for (const name of Object.keys(tags)) requireName('tag', name)
    await setExperimentTags(tx, experiment.id, tags)
    await updateExperiment(tx, experiment.id, { updated_at: clock.now() })
  }

  return {
    findById,
    findByName: findExperimentByName,
    create,
    ensureExperiment,
    ensureDefault,
    requireById,
    rename,
    setLifecycle,
    setTags,
    removeTag,
  }
}

/** The experiment of this id; `0` is the workspace's own Default. */
async function findById(
  db: Database | Transaction,
  workspace: string,
  id: string,
): Promise<ExperimentRecord | undefined> {
  if (id === defaultExperimentId) return await findExperimentByName(db, workspace, defaultExperimentName)
  return await findExperimentById(db, workspace, id)
}

async function removeTag(tx: Transaction, experiment: ExperimentRecord, name: string): Promise<boolean> {
  requireActive(experiment)
  return await deleteExperimentTag(tx, experiment.id, name)
}
