import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Clock } from '@modelyard/platform'
import { checkedLookup, refusalOfUrl, type AddressRule } from './webhook-address.ts'

/** What came of one attempt. */
export interface Attempt {
  readonly delivered: boolean
  readonly status: number | null
  readonly error: string | null
  /** What the receiver asked for. */
  readonly retryAfterMs?: number
  /** Trying again is of no use. */
  readonly final?: boolean
  /** The receiver wants no more of these. */
  readonly gone?: boolean
}

const timeoutMs = 15_000
/** Of an answer only its beginning is read: it is shown, never used. */
const readBytes = 1024

/** Sends one POST: no redirects, no proxies, no address that is refused, at most 15 seconds. */
export function createHttpDelivery(clock: Clock, rule: AddressRule) {
  const lookup = checkedLookup(rule)
  const http = new HttpAgent({ keepAlive: true, maxSockets: 8, timeout: 30_000 })
  const https = new HttpsAgent({ keepAlive: true, maxSockets: 8, timeout: 30_000 })

  function send(address: string, headers: Readonly<Record<string, string>>, body: string): Promise<Attempt> {
    const refusal = refusalOfUrl(address, rule)
    if (refusal !== undefined)
      return Promise.resolve({
        delivered: false,
        status: null,
        error: `The address is not called: ${refusal}.`,
        final: true,
      })
    const url = new URL(address)
    const { promise, resolve } = Promise.withResolvers<Attempt>()
    const open = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = open(url, {
      method: 'POST',
      agent: url.protocol === 'https:' ? https : http,
      lookup,
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)), 'user-agent': 'modelyard' },
    })
    const timer = clock.after(timeoutMs, () => request.destroy(new Error('no answer within 15 seconds')))
    const settle = (attempt: Attempt): void => {
      timer.cancel()
      resolve(attempt)
    }
    request.on('error', (error) => settle({ delivered: false, status: null, error: error.message }))
    request.on('response', (response) => {
      let text = ''
      const finish = (): void => settle(judge(response.statusCode ?? 0, response.headers['retry-after'], text))
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8')
        if (text.length < readBytes) return
        finish()
        response.destroy()
      })
      response.on('end', finish)
      response.on('error', (error) =>
        settle({ delivered: false, status: response.statusCode ?? null, error: error.message }),
      )
    })
    request.end(body)
    return promise
  }

  return {
    send,
    close() {
      http.destroy()
      https.destroy()
    },
  }
}

/** Only 2xx is a delivery; a redirect is none. */
export function judge(status: number, retryAfter: string | undefined, text: string): Attempt {
  if (status >= 200 && status < 300) return { delivered: true, status, error: null }
  const seconds = retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined
  const said = text.trim().slice(0, 300)
  const words =
    status >= 300 && status < 400
      ? `The receiver answered ${status}; redirects are not followed.`
      : `The receiver answered ${status}${said === '' ? '.' : `: ${said}`}`
  return {
    delivered: false,
    status,
    error: words,
    ...(seconds === undefined ? {} : { retryAfterMs: seconds * 1000 }),
    ...(status === 410 ? { gone: true, final: true } : {}),
  }
}
