import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run, type Outcome } from './host.ts'
import { startServer, type RunningServer } from './running-server.ts'

const scoreScript = `import json, os
def init():
    global factor
    folder = os.environ["AZUREML_MODEL_DIR"]
    files = [os.path.join(root, name) for root, _, names in os.walk(folder) for name in names]
    factor = json.load(open(files[0]))["factor"]
def run(data):
    return [factor * row[0] for row in json.loads(data)["data"]]
`
const brokenScript = `def init():
    raise RuntimeError("no weights")
def run(data):
    return []
`

let server: RunningServer
const yard = (...words: string[]): Promise<Outcome> => server.yard(...words)
const json = (...words: string[]): Promise<unknown> => server.json(...words)
const ask = (stdin: string, ...words: string[]): Promise<Outcome> =>
  run(['endpoint', 'invoke', 'doubler', '--file', '-', ...words], { home: server.home, folder: server.folder, stdin })

beforeAll(async () => {
  server = await startServer()
  const { folder } = server
  for (const name of ['score', 'weights']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'score', 'score.py'), scoreScript)
  writeFileSync(join(folder, 'score', 'broken.py'), brokenScript)
  writeFileSync(join(folder, 'weights', 'weights.json'), '{"factor": 2}')
  writeFileSync(join(folder, 'rows.json'), '{"data": [[1], [5]]}')
  writeFileSync(join(folder, 'endpoint.yml'), 'name: doubler\nauth_mode: key\n')
  const write = (name: string, model: string, script: string): void =>
    writeFileSync(
      join(folder, `${name}.yml`),
      `name: ${name}\nendpoint_name: doubler\nmodel: ${model}\ncode_configuration: { code: ./score, scoring_script: ${script} }\n`,
    )
  write('blue', '{ path: ./weights, type: custom_model }', 'score.py')
  write('green', 'azureml:weights@latest', 'score.py')
  write('red', 'azureml:weights@latest', 'broken.py')
})
afterAll(() => server.stop())

describe('endpoints', () => {
  it('are created, deployed with local and registered models, called and split', async () => {
    await json('model', 'register', 'weights', '--path', 'weights')
    expect(await json('endpoint', 'create', '-f', 'endpoint.yml')).toMatchObject({ name: 'doubler' })
    expect((await yard('endpoint', 'create', '-f', 'endpoint.yml')).code).toBe(5)
    const blue = await json('deployment', 'create', '-f', 'blue.yml', '--wait')
    expect(blue).toMatchObject({ state: 'ready', trafficPercent: 100 })
    const green = await json('deployment', 'create', '-f', 'green.yml', '--endpoint', 'doubler', '--wait')
    expect(green).toMatchObject({ state: 'ready', trafficPercent: 0 })
    const called = await yard('endpoint', 'invoke', 'doubler', '--file', 'rows.json')
    expect(called).toMatchObject({ code: 0, stdout: '[2, 10]\n' })
    const piped = JSON.parse((await ask('{"data": [[4]]}', '--deployment', 'green', '--json')).stdout) as unknown
    expect(piped).toMatchObject({ status: 200, deployment: 'green', body: '[8]' })
    const traffic = { blue: 90, green: 10 }
    expect(await json('endpoint', 'traffic', 'doubler', 'blue=90', 'green=10')).toMatchObject({ traffic })
    expect((await yard('endpoint', 'traffic', 'doubler', 'blue=90', 'green=20')).code).toBe(2)
    expect((await yard('endpoint', 'traffic', 'doubler', 'pink=100')).code).toBe(3)
    expect(await json('endpoint', 'show', 'doubler')).toMatchObject({ traffic })
    expect((await yard('deployment', 'delete', 'doubler/green')).code).toBe(5)
  })

  it('refuse what they cannot read with the code of the catalogue', async () => {
    const { code, stderr } = await ask('nonsense')
    expect(code).toBe(2)
    expect(stderr).toContain('body_not_json')
  })

  it('show the traceback of a script that fails to start, and go on serving', async () => {
    const { code, stdout } = await yard('deployment', 'create', '-f', 'red.yml', '--wait')
    expect(code).toBe(1)
    expect(stdout).toContain('RuntimeError: no weights')
    expect((await yard('deployment', 'logs', 'doubler/red')).stdout).toContain('RuntimeError: no weights')
    expect((await yard('endpoint', 'invoke', 'doubler', '--file', 'rows.json')).code).toBe(0)
    await json('deployment', 'delete', 'red', '--endpoint', 'doubler')
  })

  it('are updated and deleted', async () => {
    const updated = await json('deployment', 'update', 'doubler/blue', '-f', 'blue.yml', '--wait')
    expect(updated).toMatchObject({ state: 'ready' })
    expect(await json('deployment', 'list', 'doubler')).toHaveLength(2)
    await json('endpoint', 'delete', 'doubler')
    expect((await yard('endpoint', 'show', 'doubler')).code).toBe(3)
  })
})
