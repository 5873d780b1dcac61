import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, describe, expect, it } from 'vitest'

interface Up {
  readonly url: string
  readonly token: string
  kill(): Promise<void>
  /** An orderly stop: the gateway, which outlives a killed server, goes as well. */
  end(): Promise<void>
}

/** The server as a process of its own, so that it can be killed. */
async function up(home: string): Promise<Up> {
  const main = join(import.meta.dirname, '..', 'main.ts')
  const child = spawn(process.execPath, [main, '--home', home, '--port', '0', '--gateway-port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const line = await new Promise<string>((resolve) => createInterface({ input: child.stdout }).once('line', resolve))
  return {
    ...(JSON.parse(line) as { url: string; token: string }),
    async kill() {
      child.kill('SIGKILL')
      await closed
    },
    async end() {
      child.kill('SIGTERM')
      await closed
    },
  }
}

async function call<Answer>(server: Up, method: string, path: string, body?: object): Promise<Answer> {
  const answer = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Answer
}

describe('a killed server', () => {
  const home = mkdtempSync(join(tmpdir(), 'modelyard-test-'))
  let server: Up | undefined
  afterAll(async () => {
    await server?.end()
    rmSync(home, { recursive: true, force: true })
  })

  it('loses no metric, parameter or run whose call had returned', { timeout: 120_000 }, async () => {
    const api = '/api/2.0/mlflow'
    const acknowledged = new Map<string, Set<number>>()
    for (let life = 0; life < 3; life++) {
      server = await up(home)
      const current = server
      const created = await call<{ run: { info: { run_id: string } } }>(current, 'POST', `${api}/runs/create`, {
        experiment_id: '0',
      })
      const { run_id } = created.run.info
      const steps = new Set<number>()
      acknowledged.set(run_id, steps)
      let next = 0
      const killing = new AbortController()
      const write = async (): Promise<void> => {
        while (!killing.signal.aborted) {
          const step = next++
          try {
            await call(current, 'POST', `${api}/runs/log-metric`, { run_id, key: 'm', value: step, timestamp: 1, step })
            steps.add(step)
          } catch (error) {
            if (!killing.signal.aborted) throw error
          }
        }
      }
      const writers = Array.from({ length: 8 }, write)
      // Long enough for a series to be packed in between.
      while (steps.size < 1500 + life * 700) await new Promise((resolve) => setImmediate(resolve))
      killing.abort()
      await current.kill()
      await Promise.allSettled(writers)
    }
    server = await up(home)
    for (const [runId, steps] of acknowledged) {
      const { metrics } = await call<{ metrics: { step: number; value: number }[] }>(
        server,
        'GET',
        `${api}/metrics/get-history?run_id=${runId}&metric_key=m`,
      )
      const kept = new Set(metrics.map((point) => point.step))
      expect(metrics).toHaveLength(kept.size)
      expect([...steps].filter((step) => !kept.has(step))).toEqual([])
    }
  })
})
