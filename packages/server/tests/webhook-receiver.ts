import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { createServer as createTcpServer } from 'node:net'

export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly body: Record<string, unknown>
}

/** A real receiver: keeps what it gets and answers what the test says (200 when it says nothing). */
export async function startReceiver(port = 0) {
  const received: Received[] = []
  const answers: { status: number; headers?: Record<string, string> }[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      received.push({ headers: request.headers, text, body: JSON.parse(text) as Record<string, unknown> })
      const { status, headers } = answers.shift() ?? { status: 200 }
      response.writeHead(status, headers).end('noted')
    })
  })
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${bound}/hook`,
    port: bound,
    received,
    answers,
    async stop() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

/** Checks a delivery as a receiver does. */
export function isSigned({ headers, text }: Received, secret: string): boolean {
  const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map((name) => String(headers[`webhook-${name}`]))
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const wanted = createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest()
  const given = Buffer.from(String(signature).replace(/^v1,/, ''), 'base64')
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

/** A small mail server that speaks enough SMTP to take mails. */
export async function startMailServer() {
  const mails: { from: string; to: string[]; text: string }[] = []
  const server = createTcpServer((socket) => {
    let mail = { from: '', to: [] as string[], text: '' }
    let isData = false
    let rest = ''
    const say = (line: string): void => void socket.write(`${line}\r\n`)
    say('220 test ESMTP')
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      rest += chunk.toString()
      for (let at = rest.indexOf('\r\n'); at >= 0; at = rest.indexOf('\r\n')) {
        const line = rest.slice(0, at)
        rest = rest.slice(at + 2)
        if (isData) {
          if (line !== '.') mail.text += `${line}\n`
          else {
            isData = false
            mails.push(mail)
            mail = { from: '', to: [], text: '' }
            say('250 taken')
          }
        } else if (/^(EHLO|HELO)/i.test(line)) say('250 test')
        else if (/^MAIL FROM/i.test(line)) {
          mail.from = line
          say('250 ok')
        } else if (/^RCPT TO/i.test(line)) {
          mail.to.push(/<(.*)>/.exec(line)?.[1] ?? '')
          say('250 ok')
        } else if (/^DATA/i.test(line)) {
          isData = true
          say('354 go on')
        } else if (/^QUIT/i.test(line)) {
          say('221 bye')
          socket.end()
        } else say('250 ok')
      }
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    stop: () => new Promise((done) => server.close(done)),
  }
}
