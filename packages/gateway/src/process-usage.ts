import { readFile } from 'node:fs/promises'
import { processCpuSeconds } from '@modelyard/platform'

/** CPU time and memory of the processes of one deployment together. */
export class ProcessUsage {
  readonly #seconds = new Map<number, number>()
  #sampledMs: number | undefined
  cpuCores: number | null = null
  memoryBytes: number | null = null

  /** CPU seconds since the sample before. What a process used between its last sample and its end is not seen. */
  sampleCpu(pids: readonly number[], monotonicMs: number): number {
    let used = 0
    for (const pid of pids) {
      const seconds = processCpuSeconds(pid)
      if (seconds === undefined) continue
      used += Math.max(0, seconds - (this.#seconds.get(pid) ?? 0))
      this.#seconds.set(pid, seconds)
    }
    const living = new Set(pids)
    for (const pid of this.#seconds.keys()) if (!living.has(pid)) this.#seconds.delete(pid)
    const elapsedMs = this.#sampledMs === undefined ? undefined : monotonicMs - this.#sampledMs
    this.#sampledMs = monotonicMs
    this.cpuCores = pids.length === 0 || elapsedMs === undefined ? null : (used * 1000) / Math.max(1, elapsedMs)
    return used
  }

  /** Memory with what forked processes have in common counted once. Read beside the event loop: the kernel walks every page for it. */
  async sampleMemory(pids: readonly number[]): Promise<number> {
    const sizes = await Promise.all(pids.map((pid) => proportionalBytes(pid)))
    const bytes = sizes.reduce((sum, size) => sum + size, 0)
    this.memoryBytes = bytes > 0 ? bytes : null
    return bytes
  }
}

async function proportionalBytes(pid: number): Promise<number> {
  for (const [file, field] of [
    ['smaps_rollup', /^Pss:\s+(\d+) kB/m],
    ['status', /^VmRSS:\s+(\d+) kB/m],
  ] as const) {
    const text = await readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')
    const kibibytes = Number(field.exec(text)?.[1] ?? 0)
    if (kibibytes > 0) return kibibytes * 1024
  }
  return 0
}
