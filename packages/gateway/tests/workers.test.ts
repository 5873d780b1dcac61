import { afterEach, beforeEach, expect, test } from 'vitest'
import { pause, TestGateway, until } from './start-gateway.ts'

const script = 'import json, os\n\ndef run(data):\n    return [os.getpid()]\n'
let gateway: TestGateway
beforeEach(async () => {
  gateway = await new TestGateway().start()
})
afterEach(() => gateway.stop())

const pidOf = (answer: { body: string }): number => (JSON.parse(answer.body) as [number])[0]

test('a killed worker is replaced, once, also when its end is told before its connection closes', async () => {
  const deployment = gateway.deployment('blue', script)
  await gateway.serve([deployment])
  const pids = new Set<number>()
  for (let round = 0; round < 8; round++) {
    const before = pidOf(await gateway.predict({ data: [[1]] }))
    pids.add(before)
    // Both are waiting for the gateway when it goes on.
    process.kill(gateway.pid, 'SIGSTOP')
    process.kill(before, 'SIGKILL')
    await pause(300)
    process.kill(gateway.pid, 'SIGCONT')
    await until('another worker answers', async () => {
      const answer = await gateway.predict({ data: [[1]] })
      return answer.status === 200 && pidOf(answer) !== before
    })
  }
  expect(pids.size).toBe(8)
  const [status] = (await gateway.status()) as unknown as { workers: unknown[] }[]
  expect(status?.workers).toHaveLength(1)
}, 60_000)
