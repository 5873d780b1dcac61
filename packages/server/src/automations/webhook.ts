import { createHmac } from 'node:crypto'
import { toTimestamp } from '@modelyard/platform'
import type { StoredEvent } from '../platform/index.ts'
import { withoutReceivers } from './known-alert.ts'

/** How long after a failed attempt the next one is made; after the last one a delivery is dead. */
export const retryDelaysMs: readonly number[] = [
  5000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 50_400_000, 72_000_000, 86_400_000,
]
const longestDelayMs = 86_400_000

/** The delay before the next attempt, up to a tenth longer so that many do not come at once; undefined: there is none. */
export function nextDelay(attempts: number, fraction: number, retryAfterMs?: number): number | undefined {
  const delay = retryDelaysMs[attempts - 1]
  if (delay === undefined) return undefined
  const spread = delay * (1 + fraction / 10)
  return Math.round(Math.max(spread, Math.min(longestDelayMs, retryAfterMs ?? 0)))
}

/** Headers of Standard Webhooks: the signature is over id, time and the body as it is sent. */
export function signatureHeaders(
  secret: string,
  id: string,
  nowMs: number,
  body: string,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(nowMs / 1000))
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}

/** A body of more than this many bytes is sent without its data; the receiver reads the rest from the API. */
const largestBytes = 65_536

/** An event as a CloudEvent 1.0. */
export function cloudEvent(event: StoredEvent, serverUrl: string): string {
  const body = {
    specversion: '1.0',
    id: `${event.workspace ?? ''}/${event.seq}`,
    source: `${serverUrl}/w/${event.workspace ?? ''}`,
    type: event.name,
    subject: event.subject,
    time: toTimestamp(event.at),
    datacontenttype: 'application/json',
    workspace: event.workspace ?? '',
    actor: event.actor,
    data: withoutReceivers(event.data ?? {}),
  }
  const text = JSON.stringify(body)
  return Buffer.byteLength(text) <= largestBytes ? text : JSON.stringify({ ...body, data: { truncated: true } })
}

/** One line for a chat. */
export function slackMessage(event: StoredEvent, serverUrl: string): string {
  const what = event.name.replace(/^([a-z_]+)\.([a-z_]+)$/, (_all, noun: string, verb: string) =>
    `${noun} ${verb}`.replaceAll('_', ' '),
  )
  const reason = typeof event.data?.['reason'] === 'string' ? ` – ${event.data['reason'].slice(0, 500)}` : ''
  return JSON.stringify({
    text: slackText(`${what}: ${event.subject}${reason} (${event.workspace ?? ''} on ${serverUrl})`),
  })
}

/** The three characters that mean something to Slack; so nobody's name becomes a link or a call to everybody. */
export const slackText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
