import type { AttemptState, EnvironmentBuild, GateEvidence, Scalar } from '@modelyard/contract'

/** Where a step's input comes from. */
export type Binding =
  | { readonly kind: 'value'; readonly value: Scalar }
  | { readonly kind: 'tree'; readonly tree: string; readonly mount: 'file' | 'folder'; readonly label: string }
  | { readonly kind: 'output'; readonly step: string; readonly output: string }
  | { readonly kind: 'absent' }

/** An input once everything before it has ended. */
export type ResolvedInput = Exclude<Binding, { kind: 'output' }>

export interface OutputSpec {
  readonly type: string
  readonly mount: 'file' | 'folder'
  readonly fileName: string | null
  /** The data asset that a success registers the output as. */
  readonly registerAs?: string
  /** An empty folder is an output, too; otherwise it counts as not written. */
  readonly mayBeEmpty?: boolean
}

export interface CommandSpec {
  readonly kind: 'command'
  /** As written, with `${{inputs.x}}` and `${{outputs.x}}`. */
  readonly command: string
  readonly code: string | null
  readonly inputs: Readonly<Record<string, Binding>>
  readonly outputs: Readonly<Record<string, OutputSpec>>
  readonly environmentVariables: Readonly<Record<string, string>>
  readonly python: string
  readonly environmentDigest: string
  /** What is built over the interpreter before the command starts; steps of earlier versions have no such field. */
  readonly environment?: EnvironmentBuild | null
  readonly timeoutMs: number | null
  readonly graceMs: number
  readonly retries: number
  readonly allowReuse: boolean
}

export interface GateSpec {
  readonly kind: 'gate'
  readonly settings: Readonly<Record<string, Scalar>>
  readonly inputs: Readonly<Record<string, Binding>>
  readonly allowReuse: boolean
}

export type StepSpec = CommandSpec | GateSpec

/** An output as it is kept: a tree and its size. */
export interface StoredOutput {
  readonly tree: string
  readonly sizeBytes: number
  readonly mount: 'file' | 'folder'
}
export type StoredOutputs = Readonly<Record<string, StoredOutput>>

/** What an executor or an attempt leaves behind. `halt`: what depends on the step is skipped although it succeeded. */
export interface StepResult {
  readonly outputs: StoredOutputs
  readonly evidence: GateEvidence | null
  readonly halt: boolean
}

const endedAttempts: ReadonlySet<AttemptState> = new Set<AttemptState>([
  'succeeded',
  'failed',
  'canceled',
  'timedOut',
  'lost',
])

const order: readonly AttemptState[] = ['queued', 'leased', 'preparing', 'running', 'committing']

/** Whether an attempt may go from one state to another: forward, and to an end from anywhere; never out of an end. */
export function mayMove(from: AttemptState, to: AttemptState): boolean {
  if (endedAttempts.has(from)) return false
  if (endedAttempts.has(to)) return true
  return order.indexOf(to) > order.indexOf(from)
}

/** Fills in what came before: outputs of other steps become trees. Undefined when one is missing, which is our mistake. */
export function resolveInputs(
  inputs: Readonly<Record<string, Binding>>,
  outputsOf: (step: string) => StoredOutputs | undefined,
): Record<string, ResolvedInput> | undefined {
  const resolved: Record<string, ResolvedInput> = {}
  for (const [name, binding] of Object.entries(inputs)) {
    if (binding.kind !== 'output') {
      resolved[name] = binding
      continue
    }
    const output = outputsOf(binding.step)?.[binding.output]
    if (output === undefined) return undefined
    resolved[name] = {
      kind: 'tree',
      tree: output.tree,
      mount: output.mount,
      label: `${binding.step}.${binding.output}`,
    }
  }
  return resolved
}
