import type { Transporter } from 'nodemailer'
import type { Mail } from './alert-messages.ts'
import type { Attempt } from './http-delivery.ts'
import type { MailSettings } from './ports.ts'

const timeoutMs = 15_000

/** Hands mails to the configured server. The library is loaded with the first mail: most homes send none. */
export function createMailDelivery(settings: MailSettings) {
  let transport: Promise<Transporter> | undefined

  async function connect(url: string): Promise<Transporter> {
    const { createTransport } = await import('nodemailer')
    const address = new URL(url)
    const secure = address.protocol === 'smtps:'
    const { username, password } = address
    return createTransport({
      host: address.hostname.replace(/^\[|\]$/g, ''),
      port: address.port === '' ? (secure ? 465 : 587) : Number(address.port),
      secure,
      ...(username === ''
        ? {}
        : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) }, requireTLS: !secure }),
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    })
  }

  async function send(id: string, mail: Mail): Promise<Attempt> {
    const { url, from } = settings
    if (url === undefined || from === undefined)
      return failed(
        'No mail server is configured: start the server with MODELYARD_SMTP_URL and MODELYARD_SMTP_FROM.',
        true,
      )
    if (!URL.canParse(url) || !/^smtps?:$/.test(new URL(url).protocol))
      return failed('MODELYARD_SMTP_URL is no address such as smtp://user:password@host:587.', true)
    try {
      transport ??= connect(url)
      const transporter = await transport
      const domain = /@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? 'modelyard'
      await transporter.sendMail({
        from,
        to: [...mail.to],
        subject: mail.subject,
        text: mail.text,
        // The same over every attempt, so that a mail that arrived twice is shown once.
        messageId: `<${id}@${domain}>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
      })
      return { delivered: true, status: 250, error: null }
    } catch (error) {
      const status = (error as { responseCode?: number }).responseCode ?? null
      const message = error instanceof Error ? error.message : String(error)
      return { delivered: false, status, error: message, final: status !== null && status >= 500 }
    }
  }

  const failed = (error: string, final: boolean): Attempt => ({ delivered: false, status: null, error, final })

  return {
    send,
    async close() {
      ;(await transport?.catch(() => undefined))?.close()
    },
  }
}
