import type { Request } from '@modelyard/client'
import { usageFailure } from '../failure.ts'

type Policy = NonNullable<Request<'startRollout'>['body']['policy']>

/** The options that say how a rollout goes; what is left out is the server's to choose. */
export const policyOptions = {
  steps: {
    flags: '--steps',
    summary: 'weights, 0 is a shadow that gets copies only (10,100)',
    kind: 'text',
    value: 'LIST',
  },
  bake: { flags: '--bake', summary: 'how long each step is watched, as 30s or 5m (5m)', kind: 'text', value: 'TIME' },
  minRequests: { flags: '--min-requests', summary: 'requests that a step needs (20)', kind: 'number', value: 'N' },
  approval: {
    flags: '--approval',
    summary: 'whether a person says yes to more traffic (auto)',
    kind: 'text',
    choices: ['auto', 'manual'],
    value: 'WHO',
  },
  maxErrorRate: {
    flags: '--max-error-rate',
    summary: 'errors beyond those of the one before, as a share (0.01)',
    kind: 'number',
    value: 'SHARE',
  },
  maxLatencyRatio: {
    flags: '--max-latency-ratio',
    summary: '95th percentile beside that of the one before (1.5)',
    kind: 'number',
    value: 'RATIO',
  },
  minAgreement: {
    flags: '--min-agreement',
    summary: 'share of copied requests with the same answer (not asked for)',
    kind: 'number',
    value: 'SHARE',
  },
} as const

export interface PolicyWords {
  readonly steps?: string | undefined
  readonly bake?: string | undefined
  readonly minRequests?: number | undefined
  readonly approval?: string | undefined
  readonly maxErrorRate?: number | undefined
  readonly maxLatencyRatio?: number | undefined
  readonly minAgreement?: number | undefined
}

export function readPolicy(words: PolicyWords): Policy {
  const { minRequests, maxErrorRate, maxLatencyRatio, minAgreement } = words
  return {
    ...(words.steps === undefined ? {} : { steps: readSteps(words.steps) }),
    ...(words.bake === undefined ? {} : { bakeMs: readDuration(words.bake, '--bake') }),
    ...(minRequests === undefined ? {} : { minRequests }),
    ...(words.approval === undefined ? {} : { approval: words.approval === 'manual' ? 'manual' : 'auto' }),
    ...(maxErrorRate === undefined ? {} : { maxErrorRate }),
    ...(maxLatencyRatio === undefined ? {} : { maxLatencyRatio }),
    ...(minAgreement === undefined ? {} : { minAgreement }),
  }
}

function readSteps(text: string): number[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== '')
  if (words.length === 0 || words.some((word) => !/^\d{1,3}$/.test(word) || Number(word) > 100))
    throw usageFailure(`--steps ${text} is no list of percentages.`, 'Write it like --steps 10,50,100.')
  return words.map(Number)
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `30s`, `5m`, `1h`, `500ms` in milliseconds; a number alone is seconds. */
export function readDuration(text: string, option: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text.trim()) ?? []
  if (amount === undefined) throw usageFailure(`${option} ${text} is no length of time.`, `Write it like ${option} 5m.`)
  return Math.round(Number(amount) * (units[unit ?? 's'] ?? 1000))
}
