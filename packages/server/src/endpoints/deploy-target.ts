import type { RoutingTable } from '@modelyard/contract'

/** A deployment as the data plane sees it. */
export interface ServedDeployment {
  readonly workspace: string
  readonly endpoint: string
  readonly deployment: string
  readonly revision: number
  readonly state: 'starting' | 'ready' | 'failed' | 'stopped'
  readonly failure: { readonly message: string; readonly traceback: string } | null
  readonly workers: readonly { pid: number; state: string; startedAt: string }[]
  readonly numbers: unknown
}

/** Where deployments run. */
export interface DeployTarget {
  /** Makes sure it runs (started again when it died) and has this table. */
  ensure(table: RoutingTable): Promise<void>
  /** Undefined while it does not answer. */
  status(): Promise<readonly ServedDeployment[] | undefined>
  series(workspace: string, endpoint: string, sinceMs: number): Promise<unknown>
  /** Puts the files of a tree where the data plane reads them; answers the folder. */
  materialize(tree: string): Promise<string>
  stop(): Promise<void>
}
