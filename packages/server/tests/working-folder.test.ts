import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readlinkSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'

const main = join(import.meta.dirname, '..', 'src', 'main.ts')

test('the folder that the server was started in may go away: threads and processes still start', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'modelyard-test-')))
  const started = join(folder, 'started-here')
  mkdirSync(started)
  const child = spawn(process.execPath, [main, '--home', '../home', '--port', '0', '--gateway-port', '0', '--json'], {
    cwd: started,
    env: { ...process.env, MODELYARD_SMTP_URL: 'smtp://user:password@127.0.0.1:9' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  try {
    const [line] = await new Promise<string[]>((resolve, reject) => {
      createInterface(child.stdout).once('line', (text) => resolve([text]))
      child.once('exit', () => reject(new Error('the server ended')))
    })
    const { url, token, home } = JSON.parse(line ?? '') as { url: string; token: string; home: string }
    // What was said relative to the folder stays where it was meant.
    expect(home).toBe(join(folder, 'home'))
    rmSync(started, { recursive: true })
    const call = async (method: string, path: string, body?: object) => {
      const answer = await fetch(`${url}/api/v1/workspaces/default${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
    }
    await call('POST', '/endpoints', { source: { name: 'e.yml', text: 'name: e\n' } })
    // Collected rows are read in a thread; a step runs in a process, which does not get the password of the mail server.
    expect((await call('GET', '/endpoints/e/collected/rows')).status).toBe(200)
    const job = await call('POST', '/jobs', {
      source: { name: 'j.yml', text: 'type: command\ncommand: test -z "$MODELYARD_SMTP_URL"\n' },
    })
    let status = ''
    for (let look = 0; look < 400 && !['succeeded', 'failed'].includes(status); look++) {
      status = String((await call('GET', `/jobs/${String(job.body['id'])}`)).body['status'])
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    expect(status).toBe('succeeded')
    if (process.platform === 'linux') expect(readlinkSync(`/proc/${child.pid}/cwd`)).toBe(home)
  } finally {
    child.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)
