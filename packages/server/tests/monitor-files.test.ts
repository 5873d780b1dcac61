import { createHash } from 'node:crypto'
import type { Monitor, MonitorMatrix } from '@modelyard/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run as runJob, upload } from './client.ts'
import {
  addLabels,
  chance,
  dayMs,
  deploy,
  fired,
  labelsOf,
  monitorText,
  normal,
  predict,
  run,
  server,
  start,
  startWatching,
  watch,
  ws,
} from './watched-endpoints.ts'

beforeAll(startWatching, 60_000)
afterAll(() => server.stop())

const gatePipeline = `type: pipeline
inputs: { train: { type: uri_file, path: "azureml:rides-train@latest" } }
jobs:
  judge:
    type: command
    code: ./src
    command: python rows.py \${{inputs.train}} \${{outputs.rows}} \${{outputs.model}}
    inputs: { train: "\${{parent.inputs.train}}" }
    outputs: { rows: { type: uri_folder }, model: { type: custom_model } }
  gate:
    type: gate
    model: ride-model
    challenger: \${{parent.jobs.judge.outputs.model}}
    rows: \${{parent.jobs.judge.outputs.rows}}
    metric: mae
    goal: minimize
`
const gateRows = `import csv, pathlib, random, sys
random.seed(1)
(pathlib.Path(sys.argv[3]) / "model.txt").write_text("m")
with (pathlib.Path(sys.argv[2]) / "rows.csv").open("w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["label", "challenger"])
    for _ in range(400):
        prediction = random.gauss(0, 1)
        table.writerow([prediction + random.gauss(0, 1), prediction])
`

test('without a reference in its file it takes what the model version was registered with; the gate says how right the model should be', async () => {
  const job = await runJob(server, gatePipeline, { './src': { 'rows.py': gateRows } })
  expect(job.steps.find((step) => step.name === 'gate')?.evidence).toMatchObject({ decision: 'first', sample: [] })
  const endpoint = await deploy('registered', 'model: azureml:ride-model@champion\n')
  await watch(
    'registered-watch',
    'registered',
    monitorText('registered-watch', 'registered').replace('data: rides-train, ', ''),
  )
  const answered = await predict(endpoint, [0], undefined, 21)
  const moved = await predict(endpoint, [1], (row) => void (row['f0'] = Number(row['f0']) + 2), 22)
  const random = chance(23)
  await addLabels('registered', [
    ...labelsOf(answered, () => normal(random)),
    ...labelsOf(moved, () => normal(random) + 3),
  ])
  const monitor = await run('registered-watch')
  expect(monitor.reference).toMatchObject({ kind: 'model_version', name: 'rides-train', version: '1', rows: 3000 })
  expect(monitor.baseline['mae']).toMatchObject({
    value: expect.closeTo(0.8, 0) as number,
    limit: expect.any(Number) as number,
    source: expect.stringContaining('400 rows it did not learn from') as string,
  })
  expect(fired(monitor.windows[0])).toEqual([])
  expect(fired(monitor.windows[1])).toEqual(expect.arrayContaining(['inputs/f0', 'answers/prediction', 'accuracy/mae']))
  expect(monitor.windows[1]?.performance).toMatchObject([
    { model: 'ride-model', version: '1', deployment: 'blue', labels: 200 },
  ])
  expect(Object.values(monitor.importance).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1)
  const profile = await server.server.platform.store.read
    .selectFrom('model_profile')
    .selectAll()
    .executeTakeFirstOrThrow()
  expect(profile).toMatchObject({ model: 'ride-model', version: 1, data_name: 'rides-train', rows: 3000 })
  expect(JSON.parse(profile.profile)).toMatchObject({ predictions: { prediction: { n: 400 } } })
}, 60_000)

describe('the file of a monitor', () => {
  const create = (text: string) =>
    server.call<Monitor & { code: string; detail: string; errors: { path: string; line: number; column: number }[] }>(
      'POST',
      `${ws}/monitors`,
      {
        body: { source: { name: 'monitor.yml', text } },
      },
    )

  test('is refused with its places, and for what it names that is not there', async () => {
    await deploy('files')
    const unknown = await create(
      monitorText('x', 'files').replace('type: data_drift', 'type: data_drift, featurs: [a]'),
    )
    expect(unknown.body).toMatchObject({
      code: 'document_invalid',
      errors: [{ path: 'signals.inputs.featurs', line: 7, column: 31, suggestion: 'features' }],
    })
    expect((await create(monitorText('x', 'nowhere'))).body.code).toBe('endpoint_not_found')
    expect((await create(monitorText('x', 'files').replace('rides-train', 'nothing'))).body.code).toBe(
      'data_asset_not_found',
    )
    const digest = await upload(server, 'default', { 'a.csv': 'a\n1\n', 'b.csv': 'b\n1\n' })
    await server.call('POST', `${ws}/data`, { body: { name: 'two-tables', digest, type: 'uri_folder' } })
    expect((await create(monitorText('x', 'files').replace('rides-train', 'two-tables'))).body.code).toBe(
      'monitor_reference_invalid',
    )
    expect((await server.call<{ code: string }>('GET', `${ws}/monitors/x`)).body.code).toBe('monitor_not_found')
  })

  test('is kept as it was written, can be replaced, and Azure’s schedule is one, too', async () => {
    const text = monitorText('kept', 'files')
    expect((await create(text)).body.source).toBe(text)
    expect((await create(text)).body.code).toBe('already_exists')
    const put = (source: string) =>
      server.call<Monitor & { code: string }>('PUT', `${ws}/monitors/kept`, {
        body: { source: { name: 'monitor.yml', text: source } },
      })
    expect((await put(text.replace('size: 1d', 'size: 2d'))).body.window).toEqual({ milliseconds: 2 * dayMs })
    expect((await put(text.replace('name: kept', 'name: other'))).body.code).toBe('request_invalid')
    const azure = `name: azure-watch
trigger: { type: recurrence, frequency: day, interval: 1 }
create_monitor:
  compute: { instance_type: standard_e4s_v3 }
  monitoring_target: { ml_task: regression, endpoint_deployment_id: "azureml:files:blue" }
  monitoring_signals:
    drift:
      type: data_drift
      production_data: { data_window: { lookback_window_size: P1D } }
      reference_data: { input_data: { path: "azureml:rides-train:1", type: mltable }, data_column_names: { target_column: rides } }
`
    expect((await create(azure)).body).toMatchObject({
      endpoint: 'files',
      window: { milliseconds: dayMs },
      warnings: expect.arrayContaining([
        expect.stringContaining('monitor.yml:4:3 create_monitor.compute') as string,
      ]) as string[],
    })
  })
})

test('the heat map of 100 features and 100 windows opens in less than a second', async () => {
  await server.call('POST', `${ws}/monitors`, {
    body: { source: { name: 'm.yml', text: monitorText('wide', 'files') } },
  })
  const decisions = JSON.stringify(
    Array.from({ length: 300 }, (_unused, index) => ({
      signal: index < 100 ? 'inputs' : 'quality',
      type: index < 100 ? 'data_drift' : 'data_quality',
      feature: `feature-${index % 100}`,
      statistic: index < 100 ? 'ks' : index < 200 ? 'null_rate' : 'out_of_range_rate',
      value: 0.1234567891234,
      pValue: 0.12345678912345,
      threshold: 0.2345678912345,
      fired: false,
    })),
  )
  await server.server.platform.store.write(async (tx) => {
    for (let index = 0; index < 100; index++)
      await tx
        .insertInto('monitor_window')
        .values({
          workspace: 'default',
          monitor: 'wide',
          start_ms: start + index * dayMs,
          place: 0,
          end_ms: start + (index + 1) * dayMs,
          rows: 1000,
          labels: 0,
          complete: 1,
          label_delay: null,
          results: '[]',
          decisions,
          performance: '[]',
          distributions: '[]',
          collected: null,
          skipped: 0,
          fingerprint: createHash('sha256').update(String(index)).digest('hex'),
          computed_at: start,
        })
        .execute()
  })
  const begun = performance.now()
  const { body } = await server.call<MonitorMatrix>('GET', `${ws}/monitors/wide/matrix?windows=100`)
  const tookMs = performance.now() - begun
  expect([body.windows.length, body.features.length, body.features[0]?.values.length]).toEqual([100, 200, 100])
  expect(tookMs).toBeLessThan(1000)
})
