/** What the server asks of whatever runs nodes. `start` answers how the node's process is found again. */
export interface ComputeBackend {
  /** Starts the node's process, or finds the one that runs already. */
  start(node: {
    readonly id: string
    readonly token: string
    readonly slots: number
    readonly serverUrl: string
  }): Promise<{ pid: number; startTime: string | null }>
  /** The node's process, whoever started it; undefined when none runs. */
  find(nodeId: string): { pid: number; startTime: string | null } | undefined
  /** Asks the node to end its work and leave. */
  stop(nodeId: string): void
  /** Ends the node's process and all of its attempts at once. */
  kill(nodeId: string): Promise<void>
  /** Whether a node that is gone left attempts behind that a new process can adopt. */
  hasAttempts(nodeId: string): Promise<boolean>
  forget(nodeId: string): Promise<void>
}
