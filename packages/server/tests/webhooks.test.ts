import type { Delivery, Webhook } from '@modelyard/contract'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { must, tellAlert, until } from './loop-story.ts'
import { startServer, type TestServer } from './start-server.ts'
import { isSigned, startMailServer, startReceiver } from './webhook-receiver.ts'

const ws = '/api/v1/workspaces/default'
let server: TestServer
let receiver: Awaited<ReturnType<typeof startReceiver>>
let mail: Awaited<ReturnType<typeof startMailServer>>

beforeAll(async () => {
  mail = await startMailServer()
  process.env['MODELYARD_SMTP_URL'] = mail.url
  process.env['MODELYARD_SMTP_FROM'] = 'Modelyard <modelyard@example.org>'
  server = await startServer()
  receiver = await startReceiver()
})
afterAll(async () => {
  await server.stop()
  await receiver.stop()
  await mail.stop()
  delete process.env['MODELYARD_SMTP_URL']
})
afterEach(async () => {
  const { items } = await must<{ items: Webhook[] }>(server, 'GET', `${ws}/webhooks`)
  for (const { name } of items) await server.call('DELETE', `${ws}/webhooks/${name}`)
  receiver.received.length = 0
  receiver.answers.length = 0
})

const hook = (name: string, more: Record<string, unknown> = {}) =>
  must<Webhook & { secret: string }>(server, 'POST', `${ws}/webhooks`, { name, url: receiver.url, ...more })
const deliveriesOf = async (name: string): Promise<Delivery[]> =>
  (await must<{ items: Delivery[] }>(server, 'GET', `${ws}/webhooks/${name}/deliveries`)).items
/** Something harmless that is told of: an experiment by its name. */
const happen = (name: string) => must(server, 'POST', `${ws}/experiments`, { name })
const arrived = (count: number) =>
  until(
    async () => receiver.received,
    (received) => received.length >= count,
  )

describe('a webhook', () => {
  test('gets events as signed CloudEvents; its secret is shown once', async () => {
    const { secret, ...shown } = await hook('all', { events: ['experiment.created'] })
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(await must(server, 'GET', `${ws}/webhooks/all`)).toEqual(shown)
    await happen('seen')
    const [first] = await arrived(1)
    if (first === undefined) throw new Error('nothing came')
    expect(isSigned(first, secret)).toBe(true)
    expect(isSigned({ ...first, text: `${first.text} ` }, secret)).toBe(false)
    expect(first.headers['content-type']).toContain('application/cloudevents+json')
    expect(first.body).toMatchObject({ specversion: '1.0', type: 'experiment.created', workspace: 'default' })
    const [delivery] = await until(
      () => deliveriesOf('all'),
      ([one]) => one?.status === 'delivered',
    )
    expect(delivery).toMatchObject({ id: first.headers['webhook-id'], attempts: 1, lastStatus: 200 })
  })

  test('is told again after a failure, with the same id, and what is about the same subject waits for it', async () => {
    await hook('again', { events: ['alert.firing', 'alert.resolved'] })
    receiver.answers.push({ status: 500 })
    await tellAlert(server, 'alert.firing', { alertId: 'alr_1', monitor: 'm' })
    await arrived(1)
    await tellAlert(server, 'alert.resolved', { alertId: 'alr_1', monitor: 'm' })
    await tellAlert(server, 'alert.firing', { alertId: 'alr_2', monitor: 'm' })
    const received = await arrived(4)
    const told = received.map(({ body }) => `${String(body['type'])} ${String(body['subject'])}`)
    expect(told).toEqual(['alert.firing alr_1', 'alert.firing alr_2', 'alert.firing alr_1', 'alert.resolved alr_1'])
    expect(received[2]?.headers['webhook-id']).toBe(received[0]?.headers['webhook-id'])
    const deliveries = await until(
      () => deliveriesOf('again'),
      (all) => all.every(({ status }) => status === 'delivered'),
    )
    expect(deliveries.map(({ attempts }) => attempts).toSorted((a, b) => a - b)).toEqual([1, 1, 2])
  })

  test('that is gone is turned off; its dead delivery stays, and is sent when somebody asks', async () => {
    await hook('gone', { events: ['experiment.created'] })
    receiver.answers.push({ status: 410 })
    await happen('for-nobody')
    const [dead] = await until(
      () => deliveriesOf('gone'),
      ([one]) => one?.status === 'dead',
    )
    expect(dead).toMatchObject({ lastStatus: 410, nextAttemptAt: null })
    expect(await must(server, 'GET', `${ws}/webhooks/gone`)).toMatchObject({ enabled: false })

    await hook('moved', { events: ['experiment.created'] })
    receiver.answers.push({ status: 302, headers: { location: receiver.url } })
    await happen('elsewhere')
    const [retrying] = await until(
      () => deliveriesOf('moved'),
      ([one]) => one?.status === 'retrying',
    )
    expect(retrying?.lastError).toContain('redirects are not followed')
    const before = receiver.received.length
    await must(server, 'POST', `${ws}/webhooks/moved/deliveries/${retrying?.id ?? ''}/redeliver`)
    await arrived(before + 1)
    await until(
      () => deliveriesOf('moved'),
      ([one]) => one?.status === 'delivered',
    )
  })

  test('to a metadata service is refused, also by a number that means one', async () => {
    for (const url of ['http://169.254.169.254/x', 'http://2852039166/', 'http://[::ffff:169.254.169.254]/'])
      expect((await server.call('POST', `${ws}/webhooks`, { body: { name: 'bad', url } })).body['code']).toBe(
        'webhook_address_refused',
      )
  })

  test('keeps its deliveries over a restart of the server', async () => {
    await hook('kept', { events: ['experiment.created'] })
    const { port } = receiver
    await receiver.stop()
    await happen('while-away')
    await until(
      () => deliveriesOf('kept'),
      ([one]) => one?.status === 'retrying',
    )
    const { home } = server
    await server.server.stop()
    receiver = await startReceiver(port)
    server = await startServer({ home })
    const [first] = await arrived(1)
    expect(first?.body).toMatchObject({ type: 'experiment.created' })
  })

  test('is turned off when its creator is deleted, and only from then on', async () => {
    await must(server, 'POST', '/api/v1/principals', { name: 'leaver', kind: 'service' })
    await must(server, 'PUT', `${ws}/role-assignments/leaver/Contributor`)
    const { token } = await must<{ token: string }>(server, 'POST', '/api/v1/tokens', { principal: 'leaver' })
    const body = { name: 'left', url: receiver.url, events: ['experiment.created'] }
    expect((await server.call('POST', `${ws}/webhooks`, { body, token })).status).toBe(201)
    await happen('before')
    await arrived(1)
    await must(server, 'DELETE', '/api/v1/principals/leaver')
    await until(
      () => must<Webhook>(server, 'GET', `${ws}/webhooks/left`),
      ({ enabled }) => !enabled,
    )
  })

  test('of an unknown name, or a delivery of an unknown id, is said so', async () => {
    expect((await server.call('GET', `${ws}/webhooks/nobody`)).body['code']).toBe('webhook_not_found')
    expect((await server.call('GET', `${ws}/webhooks/nobody/deliveries`)).body['code']).toBe('webhook_not_found')
    await hook('some')
    expect((await server.call('POST', `${ws}/webhooks/some/deliveries/msg_x/redeliver`)).body['code']).toBe(
      'delivery_not_found',
    )
  })
})

describe('a notice of alerts', () => {
  test('goes to Alertmanager’s receivers in a group, then says what is over', async () => {
    await hook('am', { format: 'alertmanager', events: ['alert.firing'] })
    await tellAlert(server, 'alert.firing', { alertId: 'alr_a', monitor: 'grouped', signal: 'inputs' })
    await tellAlert(server, 'alert.firing', { alertId: 'alr_b', monitor: 'grouped', signal: 'accuracy' })
    const [first] = await arrived(1)
    expect(first?.body).toMatchObject({
      version: '4',
      status: 'firing',
      receiver: 'am',
      groupLabels: { monitor: 'grouped' },
      commonLabels: { monitor: 'grouped', endpoint: 'grouped' },
    })
    const names = (body: Record<string, unknown> | undefined) =>
      ((body?.['alerts'] ?? []) as { fingerprint: string; status: string }[]).map(
        (alert) => `${alert.fingerprint} ${alert.status}`,
      )
    expect(names(first?.body).toSorted()).toEqual(['alr_a firing', 'alr_b firing'])
    await tellAlert(server, 'alert.resolved', { alertId: 'alr_a', monitor: 'grouped' })
    const second = (await arrived(2))[1]
    expect(names(second?.body).toSorted()).toEqual(['alr_a resolved', 'alr_b firing'])
  })

  test('goes to a chat that the monitor names, as text in which no name becomes a link', async () => {
    await hook('chat', { format: 'slack', events: ['model.created'] })
    await tellAlert(server, 'alert.firing', {
      alertId: 'alr_chat',
      monitor: 'named',
      webhooks: ['chat'],
      summary: '<!channel> & price drifted',
    })
    const [first] = await arrived(1)
    expect(first?.body['text']).toContain('&lt;!channel&gt; &amp; price drifted')
    expect(first?.body['text']).toContain('Monitor named: 1 firing')
  })

  test('goes by mail once per group: firing, then resolved; one that somebody looks after is silent', async () => {
    const emails = ['ana@example.org', 'bo@example.org']
    await tellAlert(server, 'alert.firing', { alertId: 'alr_m1', monitor: 'posted', emails })
    await tellAlert(server, 'alert.firing', { alertId: 'alr_m2', monitor: 'posted', emails, summary: 'day drifted' })
    const sent = () =>
      until(
        async () => mail.mails,
        (mails) => mails.length > 0,
      )
    const [first] = await sent()
    expect(first?.to).toEqual(emails)
    expect(first?.text).toContain('Subject: Monitor posted: 2 firing')
    expect(first?.text).toContain('price and day drifted')
    expect(first?.text).toContain('day drifted')
    mail.mails.length = 0
    await tellAlert(server, 'alert.acknowledged', { alertId: 'alr_m1', monitor: 'posted', emails })
    await tellAlert(server, 'alert.resolved', { alertId: 'alr_m1', monitor: 'posted', emails })
    await tellAlert(server, 'alert.resolved', { alertId: 'alr_m2', monitor: 'posted', emails, summary: 'day drifted' })
    const [second] = await sent()
    expect(second?.text).toContain('Subject: Monitor posted: 1 resolved')
    expect(second?.text).toContain('Resolved: day drifted')
    expect((await deliveriesOf('mail')).map(({ status, event }) => `${event} ${status}`)).toEqual([
      'alert.resolved delivered',
      'alert.firing delivered',
    ])
  })

  test('that no mail server is configured for is dead, and says so', async () => {
    delete process.env['MODELYARD_SMTP_URL']
    const other = await startServer()
    await tellAlert(other, 'alert.firing', { alertId: 'alr_n', monitor: 'n', emails: ['ana@example.org'] })
    const { items } = await until(
      () => must<{ items: Delivery[] }>(other, 'GET', `${ws}/webhooks/mail/deliveries`),
      (page) => page.items[0]?.status === 'dead',
    )
    expect(items[0]?.lastError).toContain('MODELYARD_SMTP_URL')
    await other.stop()
  })
})
