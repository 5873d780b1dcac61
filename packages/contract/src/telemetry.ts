import { z } from 'zod'
import { page, PageQuery, Timestamp, WorkspaceParams } from './primitives.ts'
import { defineRoutes } from './route.ts'

/** Exceptions of a scoring script with the same type at the same place. */
export const ExceptionGroup = z
  .object({
    id: z.string(),
    deployment: z.string(),
    type: z.string(),
    message: z.string(),
    traceback: z.string(),
    count: z.number().int(),
    firstAt: Timestamp,
    lastAt: Timestamp,
    requestIds: z.array(z.string()).meta({ description: 'the newest ones' }),
  })
  .meta({ id: 'ExceptionGroup' })
/** What is known of one request: what the script printed, and the exception it ended with. */
export const RequestTrace = z
  .object({
    requestId: z.string(),
    deployment: z.string(),
    at: Timestamp.nullable(),
    lines: z.array(z.string()),
    exception: z.object({ type: z.string(), message: z.string(), traceback: z.string() }).nullable(),
  })
  .meta({ id: 'RequestTrace' })

export type ExceptionGroup = z.infer<typeof ExceptionGroup>
export type RequestTrace = z.infer<typeof RequestTrace>

const EndpointParams = WorkspaceParams.extend({ endpoint: z.string().max(63) })
const base = '/api/v1/workspaces/:ws/endpoints/:endpoint'

export const telemetryRoutes = defineRoutes({
  listExceptions: {
    method: 'GET',
    path: `${base}/exceptions`,
    summary: 'Exceptions of the scoring scripts, grouped, newest first',
    access: 'endpoint.read',
    params: EndpointParams,
    query: PageQuery.extend({ deployment: z.string().max(63).optional() }),
    response: page(ExceptionGroup),
    errors: ['endpoint_not_found', 'cursor_invalid'],
  },
  getRequestTrace: {
    method: 'GET',
    path: `${base}/requests/:requestId`,
    summary: 'What one request printed and how it failed',
    access: 'endpoint.read',
    params: EndpointParams.extend({ requestId: z.string().max(100) }),
    response: RequestTrace,
    errors: ['endpoint_not_found', 'request_not_found'],
  },
})
