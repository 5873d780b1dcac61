import { z } from 'zod'

/** The body of every failure of our own API: RFC 9457 with our `code`. `type` leads to the page of the code. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string(),
    remedy: z.string(),
    retryable: z.boolean(),
    requestId: z.string(),
    errors: z
      .array(
        z.object({
          path: z.string(),
          line: z.number().int().optional(),
          column: z.number().int().optional(),
          message: z.string(),
          suggestion: z.string().optional(),
        }),
      )
      .optional(),
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof Problem>
