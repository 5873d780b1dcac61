import { isLoopback } from '@modelyard/platform'
import type { AnyHandlers } from '../http/index.ts'
import type { Models } from '../models/index.ts'
import type { Platform, SecretBox } from '../platform/index.ts'
import { createDeliveryLoop } from './delivery-loop.ts'
import { createHttpDelivery } from './http-delivery.ts'
import { createIntake } from './intake-loop.ts'
import { createLoopLoop } from './loop-loop.ts'
import { createLoopService } from './loop-service.ts'
import { createLoopSteps } from './loop-steps.ts'
import { countOpenLoops } from './loop-store.ts'
import { createLoopTidying } from './loop-tidying.ts'
import { createMailDelivery } from './mail-delivery.ts'
import { createNotices } from './notices.ts'
import type { BrokenData, LoopEndpoints, LoopPipelines, MailSettings, NewLabels } from './ports.ts'
import { loopTimeline, triggerHandlers } from './trigger-routes.ts'
import { createTriggerService } from './trigger-service.ts'
import { webhookHandlers } from './webhook-routes.ts'
import { createWebhookService } from './webhook-service.ts'

export { automationMigrations } from './automation-tables.ts'
export type { MailSettings, NewLabels } from './ports.ts'

const groupWaitMs = 500
const repeatMs = 4 * 3_600_000

export interface AutomationsDeps {
  readonly pipelines: LoopPipelines
  readonly endpoints: LoopEndpoints
  readonly models: Pick<Models, 'findChampion'>
  readonly newLabels: NewLabels
  readonly brokenData: BrokenData
  readonly secrets: SecretBox
  readonly mail: MailSettings
}

/** Automations: triggers and the loops they start, webhooks and mail. */
export function createAutomations(platform: Platform, deps: AutomationsDeps) {
  const rule = { allowLoopback: isLoopback(platform.configuration.host) }
  const http = createHttpDelivery(platform.clock, rule)
  const mail = createMailDelivery(deps.mail)
  const notices = createNotices(platform, { groupWaitMs, repeatMs })
  const deliveries = createDeliveryLoop(platform, { notices, secrets: deps.secrets, http, mail })
  const loops = createLoopService(platform)
  const triggers = createTriggerService(platform, { ...deps, started: () => loop.wake() })
  const loop = createLoopLoop(platform, {
    triggers,
    step: createLoopSteps(platform, deps, loops),
    tidy: createLoopTidying(platform, deps),
  })
  const intake = createIntake(platform, {
    notices,
    arrived() {
      loop.wake()
      deliveries.wake()
    },
  })
  const webhooks = createWebhookService(platform, { secrets: deps.secrets, rule, wake: deliveries.wake })
  const handlers = {
    ...triggerHandlers(platform, { triggers, loops, wake: loop.wake }),
    ...webhookHandlers(platform, webhooks),
  } satisfies AnyHandlers

  return {
    handlers,
    overview: async (workspace: string) => ({ timeline: await loopTimeline(platform, workspace) }),
    /** What keeps a workspace from being deleted. */
    async usage(workspace: string): Promise<string[]> {
      const open = await countOpenLoops(platform.store.read, workspace)
      return open > 0 ? [`${open} open loops`] : []
    },
    async start() {
      await intake.start()
      loop.start()
      deliveries.wake()
    },
    async stop() {
      await intake.stop()
      await loop.stop()
      await deliveries.stop()
      http.close()
      await mail.close()
    },
  }
}
