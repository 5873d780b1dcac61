import { latencyBoundsMs, latencyQuantile, type RolloutCheck, type RolloutPolicy } from '@modelyard/contract'
import { lowerBound, upperBound } from './confidence.ts'
import { sum, type Counters, type Evidence } from './evidence.ts'

/** A wrong "fail" in the whole life of a step, whatever the number of looks. */
const alpha = 0.01
/** With fewer requests of the candidate a few slow ones, as the first ones are, are no reason to wait. */
const enoughToDoubt = 60
/** Differences below this are the machine's noise, whatever their ratio. */
const smallestDifferenceMs = 5
const enoughForRatio = 100
/** Chi-squared with one degree of freedom at p = 0.001. */
const ratioLimit = 10.8276
const fewestStable = 20

export interface Judged {
  readonly evidence: Evidence
  /** What the stable deployments did before this step. */
  readonly baseline: Counters
  readonly policy: RolloutPolicy
  readonly weight: number
  /** Callers stick to a deployment, so requests are not drawn one by one. */
  readonly isSticky: boolean
}

/** Compares the candidate with the stable deployments over the requests of a step. */
export function judge(judged: Judged): RolloutCheck[] {
  const { policy, weight } = judged
  const checks = [requestsCheck(judged), errorsCheck(judged), latencyCheck(judged)]
  if (policy.minAgreement !== null && weight < 100) checks.push(agreementCheck(judged, policy.minAgreement))
  if (weight > 0 && weight < 100) checks.push(ratioCheck(judged))
  return checks
}

/** What a step is compared with: its own stable requests, or earlier ones where it leaves too few. */
function stableOf({ evidence, baseline }: Judged): Counters {
  return evidence.stable.requests >= fewestStable ? evidence.stable : sum(baseline, evidence.stable)
}

/** A shadow answers nobody: its copies count, and of those only the ones whose request was answered well. */
function answeredBy({ evidence, weight }: Judged): { failed: number; total: number } {
  const { compared, failed } = evidence.copies
  return weight === 0 ? { failed, total: compared + failed } : failuresOf(evidence.candidate)
}

/** What the candidate's failures are compared with; a shadow's are beyond the stable deployment's own already. */
function failedBefore(judged: Judged): { failed: number; total: number } {
  return judged.weight === 0 ? { failed: 0, total: 0 } : failuresOf(stableOf(judged))
}

/** A request that was turned away is a failure to whom it was sent. */
function failuresOf(counters: Counters): { failed: number; total: number } {
  return { failed: counters.errors + counters.rejected, total: counters.requests + counters.rejected }
}

function requestsCheck(judged: Judged): RolloutCheck {
  const { total } = answeredBy(judged)
  const { minRequests } = judged.policy
  return {
    name: 'requests',
    stable: judged.evidence.stable.requests,
    candidate: total,
    limit: minRequests,
    unit: judged.weight === 0 ? 'copies' : 'requests',
    verdict: total >= minRequests ? 'pass' : 'inconclusive',
    reason: total >= minRequests ? '' : `${total} of the ${minRequests} requests that a step needs`,
  }
}

function errorsCheck(judged: Judged): RolloutCheck {
  const own = answeredBy(judged)
  const stable = failedBefore(judged)
  const rate = share(own)
  const stableRate = share(stable)
  const beyond = (rate ?? 0) - (stableRate ?? 0)
  const { maxErrorRate } = judged.policy
  const isSure =
    lowerBound(own.failed, own.total, alpha / 2) >
    (stable.total === 0 ? maxErrorRate : upperBound(stable.failed, stable.total, alpha / 2))
  const words = `${own.failed} of ${own.total} requests failed, ${stable.failed} of ${stable.total} before`
  // As bad as before says nothing for what has answered nobody yet.
  const isUnknown = rate === 1 && beyond <= maxErrorRate
  const verdict = isUnknown ? 'inconclusive' : beyond <= maxErrorRate ? 'pass' : isSure ? 'fail' : 'inconclusive'
  const doubt = isUnknown ? 'nothing is known of it until it answers' : 'that may be chance'
  return {
    name: 'errors',
    stable: stableRate,
    candidate: rate,
    limit: (stableRate ?? 0) + maxErrorRate,
    unit: 'share',
    verdict,
    reason: verdict === 'pass' ? '' : verdict === 'fail' ? words : `${words}; ${doubt}`,
  }
}

function share({ failed, total }: { failed: number; total: number }): number | null {
  return total === 0 ? null : failed / total
}

/** Passes by the 95th percentiles as they are; fails when the distributions themselves are apart by more than chance. */
function latencyCheck(judged: Judged): RolloutCheck {
  const stable = stableOf(judged)
  const own = judged.evidence.candidate
  const [p95, stableP95] = [latencyQuantile(own.latencies, 0.95), latencyQuantile(stable.latencies, 0.95)]
  const base = { name: 'latency', stable: stableP95, candidate: p95, unit: 'ms' } as const
  if (p95 === null || stableP95 === null)
    return {
      ...base,
      limit: null,
      verdict: 'pass',
      reason: judged.weight === 0 ? 'nobody waits for copies' : 'nothing to compare with',
    }
  const limit = beyondOf(stableP95, judged.policy.maxLatencyRatio)
  if (p95 <= limit) return { ...base, limit, verdict: 'pass', reason: '' }
  const words = `the 95th percentile is ${milliseconds(p95)}, ${milliseconds(stableP95)} before`
  if (isSlower(own.latencies, stable.latencies, judged.policy.maxLatencyRatio))
    return { ...base, limit, verdict: 'fail', reason: words }
  const isTailOnly = (latencyQuantile(own.latencies, 0.5) ?? 0) <= limit
  return isTailOnly && countOf(own.latencies) < enoughToDoubt
    ? { ...base, limit, verdict: 'pass', reason: 'only a few of few requests were slow' }
    : { ...base, limit, verdict: 'inconclusive', reason: `${words}; that may be chance` }
}

/** How slow is slower, beside a latency. */
function beyondOf(milliseconds: number, ratio: number): number {
  return Math.max(milliseconds * ratio, milliseconds + smallestDifferenceMs)
}

/** Whether for some latency surely a greater share of the candidate's requests lies beyond it times the ratio than of the stable ones beyond itself. */
function isSlower(own: readonly number[], stable: readonly number[], ratio: number): boolean {
  const each = alpha / 2 / latencyBoundsMs.length
  const [total, stableTotal] = [countOf(own), countOf(stable)]
  return latencyBoundsMs.some((bound) => {
    const slow = countBeyond(own, beyondOf(bound, ratio))
    return lowerBound(slow, total, each) > upperBound(countBeyond(stable, bound), stableTotal, each)
  })
}

function countOf(latencies: readonly number[]): number {
  return latencies.reduce((total, count) => total + count, 0)
}

/** Requests in buckets that lie wholly beyond a latency. */
function countBeyond(latencies: readonly number[], limitMs: number): number {
  return latencies.reduce(
    (total, count, index) => ((index === 0 ? 0 : (latencyBoundsMs[index - 1] ?? 0)) >= limitMs ? total + count : total),
    0,
  )
}

function milliseconds(value: number | null): string {
  return `${value === null ? '?' : value < 10 ? value.toFixed(1) : Math.round(value)} ms`
}

function agreementCheck({ evidence, policy }: Judged, minAgreement: number): RolloutCheck {
  const { agreed, compared } = evidence.copies
  const agreement = compared === 0 ? null : agreed / compared
  const base = { name: 'agreement', stable: null, candidate: agreement, limit: minAgreement, unit: 'share' } as const
  const words = `${agreed} of ${compared} answers agree with those that were used`
  if (compared < Math.max(1, policy.minRequests))
    return { ...base, verdict: 'inconclusive', reason: `${compared} copies compared; too few` }
  if (agreement !== null && agreement >= minAgreement) return { ...base, verdict: 'pass', reason: '' }
  return upperBound(agreed, compared, alpha) < minAgreement
    ? { ...base, verdict: 'fail', reason: words }
    : { ...base, verdict: 'inconclusive', reason: `${words}; that may be chance` }
}

/** Whether the candidate got its share. If not, its requests are others than the stable ones and nothing can be compared. */
function ratioCheck({ evidence, weight, isSticky }: Judged): RolloutCheck {
  const own = evidence.candidate.requests + evidence.candidate.rejected
  const total = own + evidence.stable.requests + evidence.stable.rejected
  const expected = (total * weight) / 100
  const base = {
    name: 'sample_ratio',
    stable: weight / 100,
    candidate: total === 0 ? null : own / total,
    limit: 0.001,
    unit: 'share',
  } as const
  if (isSticky) return { ...base, limit: null, verdict: 'pass', reason: 'callers stick to a deployment' }
  if (total < enoughForRatio) return { ...base, limit: null, verdict: 'pass', reason: 'too few requests to tell' }
  const statistic = (own - expected) ** 2 / expected + (own - expected) ** 2 / (total - expected)
  return statistic > ratioLimit
    ? { ...base, verdict: 'inconclusive', reason: `it got ${own} of ${total} requests instead of ${weight} %` }
    : { ...base, verdict: 'pass', reason: '' }
}
