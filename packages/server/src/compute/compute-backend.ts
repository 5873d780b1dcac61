/** What the server asks of whatever runs nodes. `start` answers how the node's process is found again. */
export interface ComputeBackend {
  start(node: {
    readonly id: string
    readonly token: string
    readonly slots: number
    readonly serverUrl: string
  }): Promise<{ pid: number; startTime: string | null }>
  isAlive(node: { readonly pid: number | null; readonly startTime: string | null }): boolean
  /** Asks the node to end its work and leave. */
  stop(node: { readonly id: string; readonly pid: number | null; readonly startTime: string | null }): void
  /** Ends the node's process and all of its attempts at once. */
  kill(node: { readonly id: string; readonly pid: number | null; readonly startTime: string | null }): Promise<void>
  /** Whether a node that is gone left attempts behind that a new process can adopt. */
  hasAttempts(nodeId: string): Promise<boolean>
  forget(nodeId: string): Promise<void>
}
