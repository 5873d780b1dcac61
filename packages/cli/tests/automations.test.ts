import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startServer, type RunningServer } from './running-server.ts'

const train = `import csv, pathlib, sys
model, rows = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
(model / "m.txt").write_text("model")
with (rows / "rows.csv").open("w", newline="") as file:
    csv.writer(file).writerows([["label", "challenger"], *([row, row + 1] for row in range(150))])
`
const pipeline = `type: pipeline
jobs:
  train:
    type: command
    code: ./src
    command: python train.py \${{outputs.model}} \${{outputs.rows}}
    outputs: { model: { type: custom_model }, rows: { type: uri_folder } }
  gate:
    type: gate
    model: rides
    challenger: \${{parent.jobs.train.outputs.model}}
    rows: \${{parent.jobs.train.outputs.rows}}
    metric: mae
    goal: minimize
`

let server: RunningServer
beforeAll(async () => {
  server = await startServer()
  mkdirSync(join(server.folder, 'src'))
  writeFileSync(join(server.folder, 'src', 'train.py'), train)
  writeFileSync(join(server.folder, 'pipeline.yml'), pipeline)
  writeFileSync(join(server.folder, 'trigger.yml'), 'name: retrain\npipeline: rides\ncool_down: 24h\n')
  await server.json('pipeline', 'publish', '-f', 'pipeline.yml', '--name', 'rides')
})
afterAll(() => server.stop())

const loopAfter = async (id: string): Promise<{ status: string; endedAt: string | null }> => {
  for (let look = 0; look < 400; look++) {
    const loop = (await server.json('loop', 'show', id)) as { status: string; endedAt: string | null }
    if (loop.endedAt !== null) return loop
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error('the loop did not end')
}

describe('a trigger', () => {
  it('is created, fired, held back by its guard rails, and deleted; its loop tells its story', async () => {
    expect(await server.json('trigger', 'create', '-f', 'trigger.yml')).toMatchObject({
      name: 'retrain',
      coolDownMs: 86_400_000,
      minNewLabels: 100,
      rollout: null,
    })
    expect((await server.yard('trigger', 'create', '-f', 'trigger.yml')).code).toBe(5)
    expect(await server.json('trigger', 'list')).toMatchObject([{ name: 'retrain', enabled: true }])
    const fired = (await server.json('trigger', 'fire', 'retrain', '--reason', 'spring')) as { id: string }
    expect(await loopAfter(fired.id)).toMatchObject({ status: 'registered', model: 'rides', version: '1' })
    const page = (await server.yard('loop', 'show', fired.id)).stdout
    expect(page).toContain('The first version: mae 1 on 150 rows')
    expect(await server.json('loop', 'list', '--trigger', 'retrain')).toMatchObject([{ id: fired.id }])
    expect((await server.yard('loop', 'cancel', fired.id)).code).toBe(5)
    const again = await server.yard('trigger', 'fire', 'retrain')
    expect([again.code, again.stderr]).toEqual([5, expect.stringContaining('rests for 24h')])
    expect((await server.yard('trigger', 'show', 'retrain')).stdout).toContain('rests for 24h')
    await server.json('trigger', 'delete', 'retrain')
    expect((await server.yard('trigger', 'show', 'retrain')).code).toBe(3)
  })
})

describe('a webhook', () => {
  it('is created with a secret that is shown once, listed with its deliveries, and deleted', async () => {
    const words = ['webhook', 'create', 'ci', 'http://127.0.0.1:9/', '--event', 'experiment.created']
    expect(await server.json(...words)).toMatchObject({ secret: expect.stringMatching(/^whsec_/) as string })
    expect(await server.json('webhook', 'show', 'ci')).not.toHaveProperty('secret')
    expect(await server.json('webhook', 'list')).toMatchObject([{ name: 'ci', events: ['experiment.created'] }])
    expect(await server.json('webhook', 'deliveries', 'ci')).toEqual([])
    expect((await server.yard('webhook', 'redeliver', 'ci', 'msg_x')).code).toBe(3)
    expect((await server.yard('webhook', 'create', 'x', 'http://169.254.169.254/')).stderr).toContain('metadata')
    expect((await server.yard('webhook', 'create', 'x', 'http://h/', '--format', 'x')).code).toBe(2)
    await server.json('webhook', 'delete', 'ci')
    expect((await server.yard('webhook', 'show', 'ci')).code).toBe(3)
  })
})
