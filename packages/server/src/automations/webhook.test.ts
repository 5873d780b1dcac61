import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nextDelay, retryDelaysMs, signatureHeaders } from './webhook.ts'
import { refusalOfAddress, refusalOfUrl } from './webhook-address.ts'

test('the signature is the one of Standard Webhooks', () => {
  // The example of the specification's reference libraries.
  const headers = signatureHeaders(
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    1_614_265_330_000,
    '{"test": 2432232314}',
  )
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
})

test('an attempt is followed by a later one until there are no more; what the receiver asks for is kept, up to a day', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.option(fc.integer({ min: 0, max: 10 ** 9 }), { nil: undefined }),
      (attempts, fraction, retryAfter) => {
        const delay = nextDelay(attempts, fraction, retryAfter)
        const base = retryDelaysMs[attempts - 1]
        if (base === undefined || delay === undefined) {
          expect([base, delay]).toEqual([undefined, undefined])
          return
        }
        expect(delay).toBeGreaterThanOrEqual(Math.max(base, Math.min(86_400_000, retryAfter ?? 0)))
        expect(delay).toBeLessThanOrEqual(Math.max(base * 1.1 + 1, 86_400_000))
      },
    ),
  )
})

describe('an address', () => {
  const rule = { allowLoopback: true }
  test.each([
    'http://169.254.169.254/latest/meta-data',
    'http://[::ffff:169.254.169.254]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[64:ff9b::169.254.169.254]/',
    'http://[2002:a9fe:a9fe::1]/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/',
    'http://0xa9fea9fe/',
    'http://2852039166/',
    'http://0251.0376.0251.0376/',
    'http://0.0.0.0/',
    'http://[::]/',
    'http://224.0.0.1/',
    'http://100.100.100.200/',
    'http://metadata.google.internal./x',
    'http://metadata/x',
    'http://Instance-Data.ec2.internal/x',
    'ftp://example.org/',
    'file:///etc/passwd',
    'http://user:password@example.org/',
  ])('%s is refused', (url) => {
    expect(refusalOfUrl(url, rule)).toBeTypeOf('string')
  })

  test.each([
    'https://hooks.example.org/x',
    'http://10.0.0.5:8080/',
    'http://127.0.0.1:9/',
    'http://[::1]:9/',
    'http://[2001:db8::1]/',
  ])('%s is called', (url) => {
    expect(refusalOfUrl(url, rule)).toBeUndefined()
  })

  test('of this machine is called only while nobody else reaches the server', () => {
    for (const url of [
      'http://127.1/',
      'http://[::1]/',
      'http://[::ffff:127.0.0.1]/',
      'http://localhost./',
      'http://x.localhost/',
    ])
      expect([url, refusalOfUrl(url, { allowLoopback: false })]).toEqual([url, expect.any(String)])
  })

  test('that carries a refused IPv4 address in any IPv6 form is refused', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }), (c, d) => {
        const tail = `169.254.${c}.${d}`
        const hex = `a9fe:${((c << 8) | d).toString(16)}`
        for (const address of [tail, `::ffff:${tail}`, `::ffff:${hex}`, `64:ff9b::${hex}`, `2002:${hex}::1`])
          expect([address, refusalOfAddress(address, rule)]).toEqual([address, expect.any(String)])
      }),
    )
  })
})
