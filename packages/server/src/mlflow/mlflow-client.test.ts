import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultPython, processEnvironment } from '@modelyard/platform'
import { startServer, type TestServer } from '../../tests/start-server.ts'

const python = defaultPython()
const hasClient =
  python !== undefined &&
  spawnSync(python, ['-c', 'import mlflow, pandas, sklearn'], { stdio: 'ignore', timeout: 60_000 }).status === 0

describe.skipIf(!hasClient)("MLflow's own Python client", () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer()
    await server.call('POST', '/api/v1/workspaces', { body: { name: 'apart' } })
  })
  afterAll(async () => await server.stop())

  /** Runs the script against a tracking address; a server's mistake shows at once instead of after minutes of retries. */
  async function runClient(
    path: string,
    more: Record<string, string>,
    steps: readonly string[] = [],
  ): Promise<{ code: number | null; output: string }> {
    const environment = Object.entries(processEnvironment()).filter(([name]) => !name.startsWith('MLFLOW_'))
    const child = spawn(python ?? '', [join(import.meta.dirname, 'mlflow-client.py'), ...steps], {
      env: {
        ...Object.fromEntries(environment),
        MLFLOW_TRACKING_URI: server.url + path,
        MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0',
        MLFLOW_DISABLE_TELEMETRY: 'true',
        GIT_PYTHON_REFRESH: 'quiet',
        ...more,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
    const { promise, resolve } = Promise.withResolvers<number | null>()
    child.once('close', resolve)
    return { code: await promise, output }
  }

  it('logs, searches, registers and loads, and reads every value back equal', { timeout: 180_000 }, async () => {
    const { code, output } = await runClient('', { MLFLOW_TRACKING_TOKEN: server.token })
    expect(code, output).toBe(0)
    expect(output.match(/^held: /gm)).toHaveLength(9)
  })

  it('does the same in another workspace, with the token as a password', { timeout: 180_000 }, async () => {
    const { code, output } = await runClient('/w/apart', {
      MLFLOW_TRACKING_USERNAME: 'anybody',
      MLFLOW_TRACKING_PASSWORD: server.token,
    })
    expect(code, output).toBe(0)
  })
  it('records into its own run with the token of a job, and decides nothing', { timeout: 180_000 }, async () => {
    const start = async () => {
      const { body } = await server.call('POST', '/api/v1/workspaces/default/runs', { body: { experiment: 'jobs' } })
      return String(body['id'])
    }
    const [own, other] = [await start(), await start()]
    const { rooms, platform } = server.server
    const token = await platform.store.write((tx) =>
      rooms.principals.issueRunToken(tx, { workspace: 'default', runId: own, actor: 'somebody' }),
    )
    const more = { MLFLOW_TRACKING_TOKEN: token, MLFLOW_RUN_ID: own, OTHER_RUN_ID: other }
    const { code, output } = await runClient('', more, ['a_job_records_into_its_own_run'])
    expect(code, output).toBe(0)
    const { body } = await server.call('GET', `/api/v1/workspaces/default/runs/${own}`)
    expect(body).toMatchObject({ status: 'finished', models: [{ name: 'from-a-job', version: '1' }] })
    const files = await server.call<{ items: object[] }>(
      'GET',
      `/api/v1/workspaces/default/runs/${own}/artifacts?path=by-hand`,
    )
    expect(files.body.items).toContainEqual(expect.objectContaining({ path: 'by-hand/MLmodel', isFolder: false }))
  })
})
