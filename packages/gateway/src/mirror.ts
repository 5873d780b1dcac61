import type { MirrorNumbers } from '@modelyard/contract'
import { compareAnswers } from './answer-agreement.ts'
import type { ResultItem } from './frames.ts'
import { nextItemId, type Pending } from './pending.ts'

/** Copies that may wait or run at a deployment at once; what comes beyond is not copied. */
const mostCopies = 64
const mostCopiedBytes = 32 * 2 ** 20

/** The copies of requests that a deployment gets, and how its answers compare with those that were used. */
export class Mirror {
  #copies = 0
  #bytes = 0
  #compared = 0
  #agreed = 0
  #failed = 0
  #differences = 0
  #differenceSum = 0

  /** Copies that are under way. */
  get load(): number {
    return this.#copies
  }

  /**
   * A copy of the request for a deployment with this time limit; undefined when too many are under way. Both answers are compared when they are there.
   */
  copy(primary: Pending, timeoutMs: number): Pending | undefined {
    if (this.#copies >= mostCopies || this.#bytes + primary.bodyBytes > mostCopiedBytes) return undefined
    this.#copies++
    this.#bytes += primary.bodyBytes
    let used: ResultItem | undefined | null = null
    let copied: ResultItem | undefined | null = null
    const finish = (): void => {
      if (used !== null && copied !== null) this.#judge(used, copied)
    }
    const before = primary.observe
    primary.observe = (result) => {
      before?.(result)
      used = result
      finish()
    }
    return {
      id: nextItemId(),
      kind: primary.kind,
      requestId: primary.requestId,
      eventTimeMs: primary.eventTimeMs,
      head: primary.head,
      body: primary.body,
      bodyBytes: primary.bodyBytes,
      arrivedMs: primary.arrivedMs,
      deadlineMs: primary.arrivedMs + timeoutMs,
      attempts: 0,
      settled: false,
      unanswered: 'client_gone',
      answer: () => undefined,
      fail: () => undefined,
      observe: (result) => {
        this.#copies--
        this.#bytes -= primary.bodyBytes
        copied = result
        finish()
      },
    }
  }

  /** A request whose own answer failed says nothing of the copy. */
  #judge(used: ResultItem | undefined, copied: ResultItem | undefined): void {
    if (used === undefined || used.status >= 400) return
    if (copied === undefined || copied.status >= 400) {
      this.#failed++
      return
    }
    // Reading the answers can wait until what else is due has been done.
    setImmediate(() => {
      const { agreed, meanAbsoluteDifference } = compareAnswers(used.body, copied.body)
      this.#compared++
      if (agreed) this.#agreed++
      if (meanAbsoluteDifference === null) return
      this.#differences++
      this.#differenceSum += meanAbsoluteDifference
    })
  }

  /** Null for a deployment that never got a copy. */
  numbers(): MirrorNumbers | null {
    if (this.#compared + this.#failed === 0) return null
    return {
      compared: this.#compared,
      agreed: this.#agreed,
      failed: this.#failed,
      meanAbsoluteDifference: this.#differences === 0 ? null : this.#differenceSum / this.#differences,
    }
  }
}
