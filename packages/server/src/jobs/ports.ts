import type { Failure, Scalar } from '@modelyard/contract'
import type { Database, Transaction } from '../platform/index.ts'
import type { ResolvedInput, StepResult, StepSpec } from './step.ts'

/** A step whose turn has come. */
export interface ReadyStep {
  readonly workspace: string
  readonly jobId: string
  readonly name: string
  readonly spec: StepSpec
  readonly inputs: Readonly<Record<string, ResolvedInput>>
  readonly actor: string
}

/** A result that an earlier step left and that still is complete. */
export interface CachedResult {
  readonly jobId: string
  readonly step: string
  readonly runId: string | null
  readonly result: StepResult
}

/** What decides whether a step may be left out; pipelines owns it. */
export interface StepCache {
  keyOf(db: Database, ready: ReadyStep): Promise<{ key: string; components: Record<string, unknown> }>
  find(tx: Transaction, workspace: string, key: string): Promise<CachedResult | undefined>
  keep(
    tx: Transaction,
    workspace: string,
    key: string,
    kept: { jobId: string; step: string; runId: string | null; result: StepResult },
  ): Promise<void>
}

/** A step that the server does itself. It works outside a transaction; what it returns publishes inside the one that ends the step. */
export type StepExecutor = (ready: ReadyStep) => Promise<(tx: Transaction) => Promise<StepResult>>

/** What a job is made of, checked. */
export interface PlannedStep {
  readonly name: string
  readonly spec: StepSpec
  readonly needs: readonly string[]
  readonly computeTarget: string | null
  readonly computeTargetId: string | null
}
export interface PlannedJob {
  readonly workspace: string
  readonly name: string
  readonly experiment: string
  readonly parameters: Readonly<Record<string, Scalar>>
  readonly tags: Readonly<Record<string, string>>
  readonly warnings: readonly string[]
  readonly submission: unknown
  readonly force: boolean
  readonly continueOnFailure: boolean
  readonly pipeline: { readonly name: string; readonly version: number } | null
  readonly steps: readonly PlannedStep[]
}

/** Tokens that a job's script gets; principals owns them. */
export interface RunTokens {
  issueRunToken(tx: Transaction, of: { workspace: string; runId: string; actor: string }): Promise<string>
  revokeTokensOf(tx: Transaction, of: { runId: string }): Promise<void>
}

export interface FinishedStep {
  readonly status: 'succeeded' | 'failed' | 'canceled' | 'skipped'
  readonly result?: StepResult
  readonly error?: Failure
  readonly reason?: string
  readonly reusedFrom?: { readonly jobId: string; readonly step: string; readonly runId: string | null }
}
