import { ModelyardError, type GateEvidence } from '@modelyard/contract'
import { toTimestamp, treeManifest, type TreeEntry } from '@modelyard/platform'
import { readTree } from '../data/index.ts'
import type { ReadyStep, StepExecutor, StepResult } from '../jobs/index.ts'
import {
  gateMetrics,
  judgeRows,
  judgeValues,
  readGateRows,
  type GateSettings,
  type Models,
  type ModelVersionTable,
  type Verdict,
} from '../models/index.ts'
import { appendEvent, type Platform, type Transaction } from '../platform/index.ts'

/** What runs logged; the experiments room has it. */
export interface LoggedMetrics {
  latestMetric(db: Transaction | Platform['store']['read'], runId: string, name: string): Promise<number | undefined>
}

export interface GateDeps {
  readonly models: Models
  readonly metrics: LoggedMetrics
  /** The run and code of the step that made the challenger, for its lineage. */
  sourceOf(
    db: Transaction | Platform['store']['read'],
    jobId: string,
    step: string,
  ): Promise<
    | {
        runId: string | null
        codeTree: string | null
        data: { name: string; version: string | null; digest: string }[]
      }
    | undefined
  >
  /** Runs of the steps that the gate waits for, for a metric without rows. */
  upstreamRuns(jobId: string, step: string): Promise<string[]>
}

/** The step that judges: it reads the rows outside the transaction and registers inside the one that ends it. */
export function createGateExecutor(platform: Platform, deps: GateDeps): StepExecutor {
  return async (ready) => {
    const settings = settingsOf(ready)
    const model = String(ready.spec.kind === 'gate' ? ready.spec.settings['model'] : '')
    const challenger = ready.inputs['challenger']
    if (challenger?.kind !== 'tree')
      throw new ModelyardError('gate_rows_invalid', 'The gate has no challenger: its binding names nothing.')
    const tree = await modelTree(platform, challenger.tree)
    const champion = await deps.models.findChampion(platform.store.read, ready.workspace, model)
    const verdict = await judge(platform, deps, ready, settings, champion)
    return async (tx) =>
      publish(platform, deps, tx, { ready, model, settings, tree, champion, verdict, source: challenger.label })
  }
}

function settingsOf(ready: ReadyStep): GateSettings {
  const settings = ready.spec.kind === 'gate' ? ready.spec.settings : {}
  return {
    metric: String(settings['metric']),
    goal: settings['goal'] === 'maximize' ? 'maximize' : 'minimize',
    minImprovement: Number(settings['min_improvement']),
    minRows: Number(settings['min_rows']),
  }
}

async function judge(
  platform: Platform,
  deps: GateDeps,
  ready: ReadyStep,
  settings: GateSettings,
  champion: ModelVersionTable | undefined,
): Promise<Verdict> {
  const rows = ready.inputs['rows']
  if (rows?.kind === 'tree') {
    if (gateMetrics[settings.metric] === undefined)
      throw new ModelyardError(
        'gate_rows_invalid',
        `The metric '${settings.metric}' cannot be compared row by row; use one of ${Object.keys(gateMetrics).join(', ')}, or leave \`rows\` out.`,
      )
    const read = await readGateRows(platform.content, rows.tree)
    if (champion === undefined) return judgeRows({ ...read, champion: null }, settings)
    if (read.champion === null)
      throw new ModelyardError(
        'gate_rows_invalid',
        `The rows have no column 'champion', but ${champion.model} has one (version ${champion.version}); predict with it on the same rows.`,
      )
    return judgeRows(read, settings)
  }
  const value = await loggedValue(platform, deps, ready, settings.metric)
  const kept =
    champion === undefined ? undefined : (JSON.parse(champion.metrics) as Record<string, number>)[settings.metric]
  return judgeValues(value, kept ?? null, settings)
}

async function loggedValue(platform: Platform, deps: GateDeps, ready: ReadyStep, metric: string): Promise<number> {
  for (const runId of await deps.upstreamRuns(ready.jobId, ready.name)) {
    const value = await deps.metrics.latestMetric(platform.store.read, runId, metric)
    if (value !== undefined && Number.isFinite(value)) return value
  }
  throw new ModelyardError(
    'gate_rows_invalid',
    `No step before the gate logged the metric '${metric}', and the gate has no \`rows\`.`,
  )
}

/** The model's own folder: the output itself, or the one folder in it that has an `MLmodel`. */
async function modelTree(platform: Platform, tree: string): Promise<string> {
  const entries = (await readTree(platform.content, tree)) ?? []
  if (entries.some((entry) => entry.path === 'MLmodel')) return tree
  const roots = entries
    .filter((entry) => entry.path.endsWith('/MLmodel'))
    .map((entry) => entry.path.slice(0, -'MLmodel'.length))
  const [root] = roots
  if (roots.length !== 1 || root === undefined) return tree
  const inner: TreeEntry[] = entries
    .filter((entry) => entry.path.startsWith(root))
    .map((entry) => ({ ...entry, path: entry.path.slice(root.length) }))
  return (await platform.content.put(Buffer.from(treeManifest(inner)))).digest
}

interface Judged {
  readonly ready: ReadyStep
  readonly model: string
  readonly settings: GateSettings
  readonly tree: string
  readonly champion: ModelVersionTable | undefined
  readonly verdict: Verdict
  readonly source: string
}

/** Registers a challenger that passed, moves the aliases, keeps the evidence. */
async function publish(platform: Platform, deps: GateDeps, tx: Transaction, judged: Judged): Promise<StepResult> {
  const { ready, model, settings, verdict } = judged
  const champion = await deps.models.findChampion(tx, ready.workspace, model)
  // The champion moved while the rows were read: the verdict is about another comparison.
  if (champion?.version !== judged.champion?.version)
    throw new ModelyardError('conflict', `The champion of '${model}' changed while the gate judged; submit again.`)
  const passed = verdict.decision === 'passed' || verdict.decision === 'first'
  const evidence: GateEvidence = {
    model,
    metric: settings.metric,
    goal: settings.goal,
    rows: verdict.rows,
    minImprovement: settings.minImprovement,
    minRows: settings.minRows,
    champion: champion === undefined ? null : { version: String(champion.version), value: verdict.championValue },
    challenger: { version: null, value: verdict.challengerValue },
    difference: verdict.difference,
    interval: verdict.interval,
    pValue: verdict.pValue,
    method: verdict.method,
    decision: verdict.decision,
    reason: verdict.reason,
    jobId: ready.jobId,
    step: ready.name,
    decidedAt: toTimestamp(platform.clock.now()),
    sample: verdict.sample,
    firstSample: verdict.firstSample,
  }
  const final = passed ? await register(deps, tx, judged, evidence) : evidence
  await appendEvent(tx, {
    name: 'gate.decided',
    subject: `${ready.jobId}/${ready.name}`,
    workspace: ready.workspace,
    actor: ready.actor,
    at: platform.clock.now(),
    data: { model, decision: verdict.decision, reason: verdict.reason },
    after: { ...final, sample: undefined, firstSample: undefined },
  })
  return { outputs: {}, evidence: final, halt: !passed }
}

async function register(
  deps: GateDeps,
  tx: Transaction,
  { ready, model, settings, tree, verdict, source }: Judged,
  evidence: GateEvidence,
): Promise<GateEvidence> {
  const [step = ''] = source.split('.')
  const origin = await deps.sourceOf(tx, ready.jobId, step)
  const row = await deps.models.registerVersion(tx, {
    workspace: ready.workspace,
    name: model,
    tree,
    actor: ready.actor,
    runId: origin?.runId ?? null,
    jobId: ready.jobId,
    step,
    codeTree: origin?.codeTree ?? null,
    data: origin?.data ?? [],
    metrics: { [settings.metric]: verdict.challengerValue },
    description: '',
  })
  const final: GateEvidence = { ...evidence, challenger: { ...evidence.challenger, version: String(row.version) } }
  await deps.models.changeVersion(tx, ready.workspace, model, row.version, { evidence: final }, { actor: ready.actor })
  const promote =
    verdict.decision === 'first' || (ready.spec.kind === 'gate' && ready.spec.settings['promote'] === true)
  if (verdict.decision !== 'first')
    await deps.models.setAlias(tx, ready.workspace, model, 'candidate', row.version, { actor: ready.actor })
  if (promote) await deps.models.setAlias(tx, ready.workspace, model, 'champion', row.version, { actor: ready.actor })
  return final
}
