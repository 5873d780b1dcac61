import type { RequestItem, ResultItem } from './frames.ts'

/** A request on its way through the gateway. */
export interface Pending extends RequestItem {
  readonly arrivedMs: number
  readonly deadlineMs: number
  attempts: number
  settled: boolean
  /** Why its answer, should one come, reaches nobody. */
  unanswered: 'client_gone' | 'timeout'
  answer(result: ResultItem): void
  fail(why: 'timeout' | 'crashed' | 'stopped'): void
  /** Told of the answer once it is on its way, or that there will be none. */
  observe: ((result: ResultItem | undefined) => void) | undefined
}

let last = 0

/** A number for an item of a frame. */
export function nextItemId(): number {
  last = (last + 1) >>> 0
  return last
}
