import { AliasName, ModelyardError, type GateEvidence } from '@modelyard/contract'
import type { Data } from '../data/index.ts'
import { appendEvent, type Database, type Platform, type Transaction } from '../platform/index.ts'
import { createModelFiles } from './model-files.ts'
import { parseModelReference, type By } from './model.ts'
import * as store from './model-store.ts'
import type { ModelTable, ModelVersionTable } from './model-tables.ts'

/** A version to be registered. `tree` null: its files come later (MLflow creates the version before it uploads). */
export interface NewModelVersion {
  readonly workspace: string
  readonly name: string
  readonly tree: string | null
  readonly actor: string
  readonly requestId?: string
  readonly description?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly metrics?: Readonly<Record<string, number>>
  readonly runId?: string | null
  readonly jobId?: string | null
  readonly step?: string | null
  readonly codeTree?: string | null
  readonly data?: readonly { name: string; version: string | null; digest: string }[]
  readonly evidence?: GateEvidence | null
  readonly source?: string | null
}

/** Rules of the registry; every surface (ours, MLflow's) calls these. Functions with a transaction must run inside one. */
export function createModelService(platform: Platform, deps: { data: Pick<Data, 'adoptTree'> }) {
  const { clock } = platform
  const describeFiles = createModelFiles(platform, deps)

  async function requireModel(db: Database, workspace: string, name: string): Promise<ModelTable> {
    const row = await store.findModel(db, workspace, name)
    if (row === undefined)
      throw new ModelyardError('model_not_found', `There is no model '${name}' in the workspace '${workspace}'.`)
    return row
  }

  async function requireVersion(
    db: Database,
    workspace: string,
    model: string,
    version: number,
  ): Promise<ModelVersionTable> {
    await requireModel(db, workspace, model)
    const row = await store.findVersion(db, workspace, model, version)
    if (row === undefined)
      throw new ModelyardError('model_version_not_found', `The model '${model}' has no version ${version}.`)
    return row
  }

  /** Creates a model without versions; false when the name is taken. */
  async function createModel(
    tx: Transaction,
    workspace: string,
    name: string,
    by: By,
    more: { description?: string; tags?: Readonly<Record<string, string>> } = {},
  ): Promise<boolean> {
    const at = clock.now()
    const row: ModelTable = {
      workspace,
      name,
      description: more.description ?? '',
      tags: JSON.stringify(more.tags ?? {}),
      created_at: at,
      updated_at: at,
      last_version: 0,
    }
    if (!(await store.insertModel(tx, row))) return false
    await appendEvent(tx, {
      name: 'model.created',
      subject: name,
      workspace,
      at,
      ...by,
      data: { model: name },
      after: { name },
    })
    return true
  }

  async function registerVersion(tx: Transaction, input: NewModelVersion): Promise<ModelVersionTable> {
    const by = { actor: input.actor, ...(input.requestId === undefined ? {} : { requestId: input.requestId }) }
    await createModel(tx, input.workspace, input.name, by)
    const files = input.tree === null ? undefined : await describeFiles(tx, input.workspace, input.tree)
    const at = clock.now()
    const version = await store.takeVersionNumber(tx, input.workspace, input.name, at)
    const row: ModelVersionTable = {
      workspace: input.workspace,
      model: input.name,
      version,
      format: files?.format ?? 'mlflow',
      status: files === undefined ? 'pending' : 'ready',
      tree: input.tree,
      size_bytes: files?.sizeBytes ?? 0,
      description: input.description ?? '',
      tags: JSON.stringify(input.tags ?? {}),
      created_at: at,
      updated_at: at,
      created_by: input.actor,
      run_id: input.runId ?? null,
      job_id: input.jobId ?? null,
      step: input.step ?? null,
      code_tree: input.codeTree ?? null,
      data: JSON.stringify(input.data ?? []),
      metrics: JSON.stringify(input.metrics ?? {}),
      signature: files?.signature ?? null,
      evidence: input.evidence === undefined || input.evidence === null ? null : JSON.stringify(input.evidence),
      source: input.source ?? null,
      stage: null,
    }
    await store.insertVersion(tx, row)
    await appendEvent(tx, {
      name: 'model_version.registered',
      subject: `${input.name}:${version}`,
      workspace: input.workspace,
      at,
      ...by,
      data: { model: input.name, version: String(version) },
      after: { model: input.name, version: String(version), tree: input.tree, runId: row.run_id },
    })
    return row
  }

  /** The files of a version that was created without them. */
  async function attachFiles(
    tx: Transaction,
    workspace: string,
    model: string,
    version: number,
    tree: string,
  ): Promise<void> {
    const files = await describeFiles(tx, workspace, tree)
    await store.changeVersion(tx, workspace, model, version, {
      tree,
      format: files.format,
      size_bytes: files.sizeBytes,
      signature: files.signature,
      status: 'ready',
      updated_at: clock.now(),
    })
  }

  async function setAlias(
    tx: Transaction,
    workspace: string,
    model: string,
    alias: string,
    version: number,
    by: By,
  ): Promise<void> {
    if (!AliasName.safeParse(alias).success)
      throw new ModelyardError(
        'name_invalid',
        `'${alias.slice(0, 100)}' is not an alias: use letters, digits, _ and -; not \`latest\`, not a number.`,
      )
    await requireVersion(tx, workspace, model, version)
    const before = await store.findAlias(tx, workspace, model, alias)
    if (before?.version === version) return
    await store.putAlias(tx, { workspace, model, alias, version })
    await appendEvent(tx, {
      name: 'model_alias.moved',
      subject: `${model}@${alias}`,
      workspace,
      at: clock.now(),
      ...by,
      data: { model, alias, version: String(version) },
      before: before === undefined ? null : { version: String(before.version) },
      after: { version: String(version) },
    })
  }

  async function removeAlias(
    tx: Transaction,
    workspace: string,
    model: string,
    alias: string,
    by: By,
  ): Promise<boolean> {
    await requireModel(tx, workspace, model)
    const before = await store.findAlias(tx, workspace, model, alias)
    if (before === undefined) return false
    await store.deleteAlias(tx, workspace, model, alias)
    await appendEvent(tx, {
      name: 'model_alias.removed',
      subject: `${model}@${alias}`,
      workspace,
      at: clock.now(),
      ...by,
      data: { model, alias },
      before: { version: String(before.version) },
    })
    return true
  }

  async function changeModel(
    tx: Transaction,
    workspace: string,
    name: string,
    change: { description?: string; tags?: Readonly<Record<string, string>> },
    by: By,
  ): Promise<void> {
    await requireModel(tx, workspace, name)
    await store.changeModel(tx, workspace, name, {
      updated_at: clock.now(),
      ...(change.description === undefined ? {} : { description: change.description }),
      ...(change.tags === undefined ? {} : { tags: JSON.stringify(change.tags) }),
    })
    await appendEvent(tx, { name: 'model.updated', subject: name, workspace, at: clock.now(), ...by, after: change })
  }

  async function renameModel(tx: Transaction, workspace: string, from: string, to: string, by: By): Promise<void> {
    await requireModel(tx, workspace, from)
    if ((await store.findModel(tx, workspace, to)) !== undefined)
      throw new ModelyardError('already_exists', `There is already a model '${to}'.`)
    await store.renameModel(tx, workspace, from, to, clock.now())
    await appendEvent(tx, {
      name: 'model.updated',
      subject: to,
      workspace,
      at: clock.now(),
      ...by,
      before: { name: from },
      after: { name: to },
    })
  }

  async function deleteModel(tx: Transaction, workspace: string, name: string, by: By): Promise<void> {
    await requireModel(tx, workspace, name)
    await store.deleteModel(tx, workspace, name)
    await appendEvent(tx, { name: 'model.deleted', subject: name, workspace, at: clock.now(), ...by, before: { name } })
  }

  async function changeVersion(
    tx: Transaction,
    workspace: string,
    model: string,
    version: number,
    change: {
      description?: string
      tags?: Readonly<Record<string, string>>
      evidence?: GateEvidence
      stage?: string | null
    },
    by: By,
  ): Promise<void> {
    await requireVersion(tx, workspace, model, version)
    await store.changeVersion(tx, workspace, model, version, {
      updated_at: clock.now(),
      ...(change.description === undefined ? {} : { description: change.description }),
      ...(change.tags === undefined ? {} : { tags: JSON.stringify(change.tags) }),
      ...(change.evidence === undefined ? {} : { evidence: JSON.stringify(change.evidence) }),
      ...(change.stage === undefined ? {} : { stage: change.stage }),
    })
    await appendEvent(tx, {
      name: 'model_version.updated',
      subject: `${model}:${version}`,
      workspace,
      at: clock.now(),
      ...by,
      after: { description: change.description, tags: change.tags, stage: change.stage },
    })
  }

  async function deleteVersion(
    tx: Transaction,
    workspace: string,
    model: string,
    version: number,
    by: By,
  ): Promise<void> {
    await requireVersion(tx, workspace, model, version)
    await store.deleteVersion(tx, workspace, model, version)
    await appendEvent(tx, {
      name: 'model_version.deleted',
      subject: `${model}:${version}`,
      workspace,
      at: clock.now(),
      ...by,
      before: { model, version: String(version) },
    })
  }

  /** The version that a reference means, or undefined. */
  async function resolveModelVersion(
    db: Database,
    workspace: string,
    reference: string,
  ): Promise<ModelVersionTable | undefined> {
    const parsed = parseModelReference(reference)
    if (parsed === undefined) return undefined
    if (parsed.alias !== null) {
      const alias = await store.findAlias(db, workspace, parsed.name, parsed.alias)
      return alias === undefined ? undefined : store.findVersion(db, workspace, parsed.name, alias.version)
    }
    return parsed.version === 'latest' || parsed.version === null
      ? store.findLatestVersion(db, workspace, parsed.name)
      : store.findVersion(db, workspace, parsed.name, parsed.version)
  }

  return {
    requireModel,
    requireVersion,
    createModel,
    registerVersion,
    attachFiles,
    setAlias,
    removeAlias,
    changeModel,
    renameModel,
    deleteModel,
    changeVersion,
    deleteVersion,
    resolveModelVersion,
  }
}

export type ModelService = ReturnType<typeof createModelService>
