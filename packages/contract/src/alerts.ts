import { z } from 'zod'
import { page, PageQuery, Timestamp, WorkspaceParams } from './primitives.ts'
import { defineRoutes } from './route.ts'

export const AlertStatus = z.enum(['pending', 'firing', 'acknowledged', 'resolved'])
/** One signal of one monitor that is beyond its limit; it is the same alert as long as its windows keep firing. */
export const Alert = z
  .object({
    id: z.string(),
    monitor: z.string(),
    endpoint: z.string(),
    status: AlertStatus,
    signal: z.string(),
    type: z.string(),
    since: Timestamp.meta({ description: 'start of the first window of the run of windows that fired' }),
    until: Timestamp.meta({ description: 'end of the newest window that fired' }),
    features: z.array(z.string()).meta({ description: 'strongest first' }),
    evidence: z.array(
      z.object({
        feature: z.string().nullable(),
        statistic: z.string(),
        value: z.number(),
        threshold: z.number(),
        pValue: z.number().nullable(),
        importance: z.number().nullable(),
      }),
    ),
    windows: z.number().int().meta({ description: 'how many windows fired' }),
    cost: z
      .object({ metric: z.string(), baseline: z.number(), value: z.number() })
      .nullable()
      .meta({ description: 'what it cost in accuracy over the same time, where labels say so' }),
    summary: z.string(),
    trigger: z.string().nullable(),
    acknowledgedBy: z.string().nullable(),
    note: z.string().nullable(),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    resolvedAt: Timestamp.nullable(),
    url: z.string(),
  })
  .meta({ id: 'Alert' })

export type AlertStatus = z.infer<typeof AlertStatus>
export type Alert = z.infer<typeof Alert>

const AlertParams = WorkspaceParams.extend({ id: z.string().max(64) })
const base = '/api/v1/workspaces/:ws/alerts'

export const alertRoutes = defineRoutes({
  listAlerts: {
    method: 'GET',
    path: base,
    summary: 'Alerts, newest first',
    access: 'monitor.read',
    params: WorkspaceParams,
    query: PageQuery.extend({
      status: AlertStatus.optional(),
      monitor: z.string().max(128).optional(),
      endpoint: z.string().max(63).optional(),
    }),
    response: page(Alert),
    errors: ['workspace_not_found', 'cursor_invalid'],
  },
  getAlert: {
    method: 'GET',
    path: `${base}/:id`,
    summary: 'One alert',
    access: 'monitor.read',
    params: AlertParams,
    response: Alert,
    errors: ['alert_not_found'],
  },
  acknowledgeAlert: {
    method: 'POST',
    path: `${base}/:id/acknowledge`,
    summary: 'Somebody looks after it; it notifies no more',
    access: 'alert.acknowledge',
    params: AlertParams,
    body: z.object({ note: z.string().max(2000).default('') }).strict(),
    response: Alert,
    errors: ['alert_not_found', 'conflict'],
  },
  resolveAlert: {
    method: 'POST',
    path: `${base}/:id/resolve`,
    summary: 'Close it by hand; it fires anew when a later window does',
    access: 'alert.acknowledge',
    params: AlertParams,
    body: z.object({ note: z.string().max(2000).default('') }).strict(),
    response: Alert,
    errors: ['alert_not_found', 'conflict'],
  },
})
