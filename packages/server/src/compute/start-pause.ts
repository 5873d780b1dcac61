import type { Clock } from '@modelyard/platform'

const firstPauseMs = 200
const longestPauseMs = 30_000

/**
 * How long a target whose nodes do not come up waits before it starts another: 200 ms, then twice as long each time. Without it a full
 * disk or a broken installation would be tried several times a second, each try a node and a decision more.
 */
export function createStartPauses(clock: Clock) {
  const failures = new Map<string, { count: number; untilMs: number; why: string }>()

  return {
    failed(targetId: string, why: string): void {
      const count = (failures.get(targetId)?.count ?? 0) + 1
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (count - 1))
      failures.set(targetId, { count, untilMs: clock.monotonic() + pauseMs, why })
    },
    cameUp: (targetId: string): void => void failures.delete(targetId),
    /** Why the last nodes did not come up, while a pause lasts. */
    reason(targetId: string): string | undefined {
      const failure = failures.get(targetId)
      return failure !== undefined && failure.untilMs > clock.monotonic() ? failure.why : undefined
    },
  }
}
