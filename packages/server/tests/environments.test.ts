import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Deployment, Endpoint, Environment, EnvironmentVersion, StepExplanation } from '@modelyard/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ended, run, statesOf, submit, upload, type Files } from './client.ts'
import { startServer, type TestServer } from './start-server.ts'

/*
 * Real packages from the registry that this machine's pip is set to: small and pure Python. `cowpy` and `iniconfig` are in no set-up, so that they
 * must be installed to be found.
 */

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const at = '/api/v1/workspaces/default'
const folders = (): string[] => {
  const folder = join(server.home, 'environments')
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.endsWith('.lock')) : []
}
const step = (command: string, environment: string, more = ''): string =>
  `type: command\ncommand: ${JSON.stringify(command)}\nenvironment: ${environment}\n${more}`
const logOf = async (id: string): Promise<string> =>
  (await server.call<{ chunks: { text: string }[] }>('GET', `${at}/jobs/${id}/logs`)).body.chunks
    .map((chunk) => chunk.text)
    .join('')

async function create(text: string, files: Files = {}) {
  const code: Record<string, string> = {}
  for (const [path, content] of Object.entries(files))
    code[path] = await upload(server, 'default', { [path.replace(/^.*\//, '')]: content })
  return server.call<EnvironmentVersion & { code: string; detail: string; errors: { path: string; line?: number }[] }>(
    'POST',
    `${at}/environments`,
    { body: { source: { name: 'environment.yml', text }, code } },
  )
}

describe('a step', () => {
  test('runs with what its conda file asks for, over the packages of the set-up, and its log shows the build', async () => {
    const conda =
      'channels: [conda-forge]\ndependencies:\n  - python=3.6\n  - mkl\n  - iniconfig=2.0\n  - pip:\n    - six==1.16.0\n    - azureml-defaults\n'
    const code = { './conda.yml': { 'conda.yml': conda } }
    const text = step(
      `python -c 'import iniconfig, six, mlflow, modelyard, sys; print("six", six.__version__, sys.executable)'`,
      '{ image: "mcr.example/base:1", conda_file: ./conda.yml }',
    )
    const job = await run(server, text, code)
    const log = await logOf(job.id)
    expect(statesOf(job), log).toEqual({ main: 'succeeded' })
    expect(log).toContain('building on Python')
    expect(log).toMatch(/^six 1\.16\.0 .*\/environments\/[0-9a-f]{64}\/bin\/python$/m)
    const warnings = job.warnings.join('\n')
    for (const said of [
      'mcr.example/base:1',
      'asks for Python 3.6',
      'mkl is a system library',
      'azureml-defaults is not',
    ])
      expect(warnings).toContain(said)

    const again = await submit(server, text, code)
    expect(statesOf(again.body)).toEqual({ main: 'reused' })
  })

  test('of the same content under another name and in another order shares the folder; another requirement runs again and says why', async () => {
    const command = `python -c 'import iniconfig'`
    const first = await run(server, step(command, '{ name: one, pip: [six==1.16.0, iniconfig==2.0.0] }'))
    const before = folders().length
    const second = await submit(server, step(command, '{ name: two, pip: [iniconfig==2.0.0, six==1.16.0] }'))
    expect([statesOf(first), statesOf(second.body)]).toEqual([{ main: 'succeeded' }, { main: 'reused' }])
    expect(folders()).toHaveLength(before)

    const third = await run(server, step(command, '{ pip: [iniconfig==2.0.0] }'))
    expect(statesOf(third)).toEqual({ main: 'succeeded' })
    const { body } = await server.call<StepExplanation[]>('GET', `${at}/jobs/${third.id}/why`)
    expect(body[0]?.changes.map((change) => change.kind)).toEqual(['environment'])
    expect(folders()).toHaveLength(before + 1)
  })

  test('whose package cannot be had fails before its command, names the package, keeps no half of it, and may be tried again', async () => {
    const text = step('echo ran', '{ conda_file: { dependencies: [a-package-nobody-has-made-4711] } }')
    const before = folders().length
    for (const attempt of [1, 2]) {
      const job = await run(server, text)
      expect(job.steps[0]?.error?.code, `attempt ${attempt}`).toBe('step_preparation_failed')
      expect(job.steps[0]?.error?.message).toContain('a-package-nobody-has-made-4711')
      expect(job.steps[0]?.error?.logTail.join('\n')).toContain('No matching distribution')
      expect(await logOf(job.id)).not.toMatch(/^ran$/m)
      expect(folders()).toHaveLength(before)
    }
  })

  test('needing it at the same time as another waits for the one build', async () => {
    const text = `type: pipeline
jobs:
  left: { type: command, command: "python -c 'import cowpy'", environment: { pip: [cowpy==1.1.5] } }
  right: { type: command, command: "python -c 'import cowpy  # too'", environment: { pip: [cowpy==1.1.5] } }
`
    const job = await run(server, text)
    const log = await logOf(job.id)
    expect(statesOf(job), log).toEqual({ left: 'succeeded', right: 'succeeded' })
    expect(log.match(/building on Python/g)).toHaveLength(1)
  })

  test('is prepared while it builds, and a cancel ends the build', async () => {
    const { body: job } = await submit(
      server,
      step('echo ran', '{ pip: ["six @ https://192.0.2.1/six-1.0-py3-none-any.whl"] }'),
    )
    for (;;) {
      const { body } = await server.call<typeof job>('GET', `${at}/jobs/${job.id}`)
      if (body.steps[0]?.attemptState === 'preparing') break
      expect(body.status).not.toBe('failed')
    }
    await server.call('POST', `${at}/jobs/${job.id}/cancel`)
    expect((await ended(server, job.id)).status).toBe('canceled')
  })

  test.each([
    ['-r other.txt', 'names another file'],
    ['-e ./package', 'installs from a folder'],
    ['./package', 'paths of a machine'],
    ['--target=/tmp', 'no option that is taken'],
    ['six @ file:///tmp/six', 'no http address'],
    ['--index-url https://me:secret@registry.example/simple', 'holds a password'],
    ['six; import os', 'marker'],
  ])('asking for `%s` is refused with its place', async (line, said) => {
    const { status, body } = await submit(server, step('true', `{ pip: [iniconfig, ${JSON.stringify(line)}] }`))
    expect([status, body.code, body.errors[0]?.path]).toEqual([400, 'document_invalid', 'environment.pip.1'])
    expect(body.errors[0]?.message).toContain(said)
  })
})

describe('an environment', () => {
  test('is a versioned asset: the same content is the same version, other content the next, and a step names it', async () => {
    const text = 'name: small\nconda_file: ./conda.yml\ndescription: two packages\ntags: { for: tests }\n'
    const first = await create(text, { './conda.yml': 'dependencies: [pip, {pip: [iniconfig==2.0.0]}]\n' })
    expect(first.status, first.body.detail).toBe(201)
    expect(first.body).toMatchObject({ name: 'small', version: '1', requirements: ['iniconfig==2.0.0'] })
    const same = await create(text, { './conda.yml': 'dependencies:\n  - pip:\n    - iniconfig==2.0.0\n' })
    expect(same.body.version).toBe('1')
    const second = await create(text, { './conda.yml': 'dependencies: [iniconfig=2.0, six]\n' })
    expect(second.body).toMatchObject({ version: '2', requirements: ['iniconfig==2.0.*', 'six'] })
    expect((await create('name: small\nversion: 1\npip: [six]\n')).body.code).toBe('already_exists')

    const command = `python -c 'import iniconfig  # by name'`
    for (const reference of ['azureml:small:1', 'small@latest', 'small'])
      expect(statesOf(await run(server, step(command, reference)))['main'], reference).not.toBe('failed')
    const { body } = await server.call<Environment>('GET', `${at}/environments/small`)
    expect(body.versions.map((version) => version.version)).toEqual(['2', '1'])
    expect(body.versions[0]?.built?.packages).toContain('iniconfig==2.0.0')
    const list = await server.call<{ items: { name: string; latestVersion: string }[] }>('GET', `${at}/environments`)
    expect(list.body.items).toMatchObject([{ name: 'small', latestVersion: '2' }])
  })

  test('that does not exist is refused with the nearest name; one of Azure’s own warns', async () => {
    const refused = await submit(server, step('true', 'azureml:smal@latest'))
    expect([refused.status, refused.body.errors[0]?.suggestion]).toEqual([400, 'small'])
    const job = await run(server, step('true', 'AzureML-sklearn-1.0-ubuntu20.04-py38-cpu@latest'))
    expect([job.status, job.warnings.join()]).toEqual(['succeeded', expect.stringContaining('AzureML-sklearn')])
    const missing = await server.call<{ code: string }>('GET', `${at}/environments/small/versions/9`)
    expect([missing.status, missing.body.code]).toEqual([404, 'environment_not_found'])
  })
})

describe('a deployment', () => {
  const score = { 'score.py': 'import iniconfig, six\ndef run(data):\n    return six.__version__\n' }

  async function deploy(endpoint: string, environment: string): Promise<Deployment> {
    await server.call('POST', `${at}/endpoints`, {
      body: { source: { name: 'e.yml', text: `name: ${endpoint}\nauth_mode: none\n` } },
    })
    const code = await upload(server, 'default', score)
    const text = `name: blue\nenvironment: ${environment}\ncode_configuration: { code: ./code, scoring_script: score.py }\n`
    await server.call('POST', `${at}/endpoints/${endpoint}/deployments`, {
      body: { source: { name: 'd.yml', text }, code: { './code': code } },
    })
    for (;;) {
      const { body } = await server.call<Deployment>('GET', `${at}/endpoints/${endpoint}/deployments/blue`)
      if (body.state === 'ready' || body.state === 'failed') return body
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  test('answers from its environment', async () => {
    const deployment = await deploy('in-environment', '{ pip: [iniconfig==2.0.0, six==1.16.0] }')
    expect([deployment.state, deployment.error]).toEqual(['ready', null])
    const { body: endpoint } = await server.call<Endpoint>('GET', `${at}/endpoints/in-environment`)
    const answer = await fetch(endpoint.scoringUri, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    })
    expect(await answer.json()).toBe('1.16.0')
  })

  test('whose environment cannot be built fails and says what cannot be had', async () => {
    const deployment = await deploy('no-environment', '{ pip: [a-package-nobody-has-made-4711] }')
    expect(deployment.state).toBe('failed')
    expect(JSON.stringify(deployment.error)).toContain('a-package-nobody-has-made-4711')
  })
})

test('a node that is killed while it builds leaves no half environment: the step goes on with another node', async () => {
  const { body: job } = await submit(server, step(`python -c 'import toolz'`, '{ pip: [toolz==1.0.0] }'))
  const find = async () => (await server.call<typeof job>('GET', `${at}/jobs/${job.id}`)).body.steps[0]
  for (let found = await find(); found?.attemptState !== 'preparing'; found = await find())
    expect(found?.status).not.toBe('failed')
  const nodes = join(server.home, 'nodes')
  const node = (await find())?.nodeId ?? ''
  const agent = JSON.parse(readFileSync(join(nodes, node, 'agent.json'), 'utf8')) as { pid: number }
  process.kill(agent.pid, 'SIGKILL')
  const over = await ended(server, job.id)
  expect(over.status, await logOf(job.id)).toBe('succeeded')
  expect(over.steps[0]?.attempts).toBeGreaterThan(1)
})
