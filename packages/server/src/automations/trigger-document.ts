import { RolloutPolicy, SlugName } from '@modelyard/contract'
import { z } from 'zod'
import { parseDuration } from './duration.ts'

const Name = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, 'use 1 to 128 of A-Z, a-z, 0-9, _, . and -')
const Duration = z.string().transform((text, context) => {
  const milliseconds = parseDuration(text)
  if (milliseconds !== undefined) return milliseconds
  context.addIssue({ code: 'custom', message: 'write a duration such as `5m`, `24h` or `0s`' })
  return z.NEVER
})
const ScalarValue = z.union([z.string().max(6000), z.number(), z.boolean(), z.null()])
const Percent = z.number().int('must be a whole percentage').min(0).max(100)
const { shape } = RolloutPolicy

const RolloutSection = z.strictObject({
  endpoint: SlugName,
  steps: z
    .array(Percent)
    .min(1)
    .max(20)
    .refine((steps) => steps.every((weight, index) => index === 0 || weight > (steps[index - 1] ?? 0)), {
      message: 'each step must be greater than the one before',
    })
    .optional(),
  bake: Duration.refine((value) => value <= 604_800_000, 'is longer than a week').optional(),
  min_requests: z.number().int().min(0).max(10_000_000).optional(),
  approval: z.enum(['auto', 'manual']).optional(),
  max_error_rate: z.number().min(0).max(1).optional(),
  max_latency_ratio: z.number().min(1).max(100).optional(),
  min_agreement: z.number().min(0).max(1).optional(),
})

/** The file of a trigger. */
export const TriggerDocument = z.strictObject({
  $schema: z.string().optional(),
  name: Name,
  pipeline: Name,
  set: z.record(z.string().min(1).max(250), ScalarValue).default({}),
  cool_down: Duration.default(86_400_000),
  budget: z.strictObject({ per_day: z.number().int().min(1).max(10_000).default(24) }).default({ per_day: 24 }),
  min_new_labels: z.number().int().min(0).max(1_000_000_000).default(100),
  rollout: RolloutSection.optional(),
})
export type TriggerDocument = z.output<typeof TriggerDocument>

/** What a loop needs of a trigger; kept with the loop, so that a trigger that is changed or deleted changes no loop that runs. */
export interface TriggerPlan {
  readonly pipeline: string
  readonly set: Readonly<Record<string, string | number | boolean | null>>
  readonly coolDownMs: number
  readonly rollout: { readonly endpoint: string; readonly policy: z.output<typeof RolloutPolicy> } | null
}

/** The rollout of a file in the words of the API, defaults filled in. */
export function rolloutOf(document: TriggerDocument): TriggerPlan['rollout'] {
  if (document.rollout === undefined) return null
  const { endpoint, ...rest } = document.rollout
  const said = {
    steps: rest.steps,
    bakeMs: rest.bake,
    minRequests: rest.min_requests,
    approval: rest.approval,
    maxErrorRate: rest.max_error_rate,
    maxLatencyRatio: rest.max_latency_ratio,
    minAgreement: rest.min_agreement,
  } satisfies { readonly [Key in keyof typeof shape]: unknown }
  return { endpoint, policy: RolloutPolicy.parse(said) }
}
