import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { defaultPython } from '../packages/platform/src/index.ts'
import { ingest } from '../packages/server/src/monitors/collection/ingest.ts'
import { placeOf } from '../packages/server/src/monitors/collection/places.ts'
import { readCollected } from '../packages/server/src/monitors/collection/reading.ts'
import { writeSegment, type TestRecord } from '../packages/server/src/monitors/collection/test-segments.ts'
import { addLabels } from '../packages/server/src/monitors/labels/label-adding.ts'
import { dropIndex } from '../packages/server/src/monitors/labels/label-batches.ts'
import { compare, publish, type Subject } from './harness.ts'

/**
 * Collected predictions on one core: bodies as they came (one row of ten features each) into Parquet, and a million late labels joined to a million
 * predictions. Beside us pandas and pyarrow do the same from JSON lines, which they read and write without checking or syncing anything.
 */
const { values: options } = parseArgs({
  options: {
    json: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    rows: { type: 'string', default: '300000' },
    labels: { type: 'string', default: '1000000' },
  },
})
const rows = Number(options.rows)
const labelled = Number(options.labels)
const start = Date.parse('2026-03-01T10:00:00Z')
const settings = { signature: null, csv: false, modelName: null, modelVersion: null }
const parquet = 'rows of 10 features into Parquet'
const taken = 'late labels taken from CSV'
const joined = 'late labels joined to predictions'

const peerProgram = `
import json, os, sys, time
import numpy as np, pandas as pd
folder, labelled = sys.argv[1], int(sys.argv[2])

def ids(count):
    return [f"{i * 2654435761:016x}-{i}" for i in range(count)]

def ingest(target):
    keys, rows, predictions = [], [], []
    with open(os.path.join(folder, 'rows.jsonl')) as lines:
        for line in lines:
            record = json.loads(line)
            for index, row in enumerate(record['request']['data']):
                keys.append((record['request_id'], index, record['event_time']))
                rows.append(row)
            for index, value in enumerate(record['answer']):
                predictions.append((record['request_id'], index, record['event_time'], value, record['version']))
    names = ['request_id', 'row_index', 'event_time']
    inputs = pd.concat([pd.DataFrame(keys, columns=names), pd.DataFrame(rows)], axis=1)
    answers = pd.DataFrame(predictions, columns=names + ['prediction', 'model_version'])
    for name, frame in (('inputs', inputs), ('predictions', answers)):
        frame['event_time'] = pd.to_datetime(frame['event_time'], unit='ms', utc=True)
        path = os.path.join(target, name, 'year=2026', 'month=03', 'day=01', 'hour=10')
        os.makedirs(path)
        frame.to_parquet(os.path.join(path, 's.parquet'), compression='zstd', index=False)
    return len(inputs)

predictions = os.path.join(folder, 'peer-predictions.parquet')
pd.DataFrame({'request_id': ids(labelled), 'row_index': np.zeros(labelled, 'int32'), 'prediction': np.arange(labelled) % 997}).to_parquet(predictions, compression='zstd')
print('ready', flush=True)
for line in sys.stdin:
    begun = time.perf_counter()
    rate = ingest(os.path.join(folder, 'peer-' + line.strip())) / (time.perf_counter() - begun)
    begun = time.perf_counter()
    frame = pd.read_csv(os.path.join(folder, 'labels.csv')).drop_duplicates('request_id', keep='last')
    frame.to_parquet(os.path.join(folder, 'peer-labels.parquet'), compression='zstd')
    taken = time.perf_counter() - begun
    begun = time.perf_counter()
    labels = pd.read_parquet(os.path.join(folder, 'peer-labels.parquet'))
    joined = pd.read_parquet(predictions).merge(labels, on='request_id', how='left')
    assert joined['label'].notna().sum() == labelled
    print(json.dumps({'rate': rate, 'taken': taken, 'joined': time.perf_counter() - begun}), flush=True)
`

const folder = await mkdtemp(join(tmpdir(), 'modelyard-bench-'))
try {
  await writeJsonLines(join(folder, 'rows.jsonl'))
  await writeFile(join(folder, 'labels.csv'), labelsText())
  const peer = await startPeer()
  try {
    const report = await compare(
      'Collected rows',
      [ours(), peer.subject],
      [
        { name: parquet, unit: 'rows/s', better: 'higher', target: 1 },
        { name: taken, unit: 's', better: 'lower' },
        { name: joined, unit: 's', better: 'lower' },
      ],
      Number(options.rounds),
    )
    await publish(report, options.json)
  } finally {
    peer.stop()
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}

function idOf(index: number): string {
  return `${(index * 2654435761).toString(16).padStart(16, '0')}-${index}`
}

function* records(count: number): Generator<TestRecord> {
  for (let index = 0; index < count; index++)
    yield {
      at: start + index,
      id: idOf(index),
      request: { data: [features(index)] },
      answer: [index % 997],
      version: '3',
    }
}

/** Four whole numbers and six measurements, the same for everybody. */
function features(index: number): Record<string, number> {
  const row: Record<string, number> = {}
  for (let feature = 0; feature < 10; feature++)
    row[`feature_${feature}`] =
      feature < 4 ? (index * (feature + 7)) % 1000 : Number((((index * (feature + 11)) % 99_991) / 997).toFixed(3))
  return row
}

function ours(): Subject {
  const labelPlace = placeOf(join(folder, 'labelled'), 'default', 'bench')
  let isPrepared = false
  return {
    name: 'modelyard',
    async measure(round) {
      const home = join(folder, `round-${round}`)
      const place = placeOf(home, 'default', 'bench')
      await writeSegment(place, 'blue', 's', records(rows))
      const begun = performance.now()
      await ingest({ place, deployment: 'blue', settings, nowMs: start })
      const rate = rows / ((performance.now() - begun) / 1000)
      await rm(home, { recursive: true, force: true })
      if (!isPrepared) {
        for (let part = 0; part * rows < labelled; part++)
          await writeSegment(labelPlace, 'blue', `s${part}`, some(part * rows, Math.min(labelled, (part + 1) * rows)))
        await ingest({ place: labelPlace, deployment: 'blue', settings, nowMs: start })
        isPrepared = true
      }
      await rm(join(labelPlace.stateFolder, 'labels'), { recursive: true, force: true })
      dropIndex(labelPlace, null)
      const takenAt = performance.now()
      const path = join(folder, 'labels.csv')
      await addLabels({ place: labelPlace, path, format: 'csv', naming: { keys: null, label: null }, nowMs: start })
      const takenFor = (performance.now() - takenAt) / 1000
      // As another process would find them: nothing is kept in memory.
      dropIndex(labelPlace, null)
      const joinedAt = performance.now()
      await using collected = await readCollected({ place: labelPlace })
      const found = await collected.labels()
      const joinedFor = (performance.now() - joinedAt) / 1000
      if (found.labelled !== labelled) throw new Error(`only ${found.labelled} labels were found`)
      return { [parquet]: [rate], [taken]: [takenFor], [joined]: [joinedFor] }
    },
  }
}

function* some(from: number, to: number): Generator<TestRecord> {
  for (let index = from; index < to; index++)
    yield { at: start + index, id: idOf(index), request: { data: [{ x: index }] }, answer: [index % 997] }
}

function labelsText(): string {
  const lines = ['request_id,label']
  // From the last to the first: labels do not come in the order of predictions.
  for (let index = labelled - 1; index >= 0; index--) lines.push(`${idOf(index)},${index % 991}`)
  return `${lines.join('\n')}\n`
}

async function writeJsonLines(path: string): Promise<void> {
  const lines: string[] = []
  for (const { at, id, request, answer, version } of records(rows))
    lines.push(JSON.stringify({ request_id: id, event_time: at, request, answer, version }))
  await writeFile(path, `${lines.join('\n')}\n`)
}

async function startPeer(): Promise<{ subject: Subject; stop(): void }> {
  await mkdir(folder, { recursive: true })
  // One core for everybody.
  const env = { ...process.env, OMP_NUM_THREADS: '1', ARROW_NUM_THREADS: '1' }
  const child = spawn(defaultPython() ?? 'python3', ['-c', peerProgram, folder, String(labelled)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env,
  })
  const lines = createInterface({ input: child.stdout })
  await once(lines, 'line')
  return {
    subject: {
      name: 'pandas + pyarrow',
      async measure(round) {
        const answer = once(lines, 'line') as Promise<[string]>
        child.stdin.write(`${round}\n`)
        const figures = JSON.parse((await answer)[0]) as { rate: number; taken: number; joined: number }
        return { [parquet]: [figures.rate], [taken]: [figures.taken], [joined]: [figures.joined] }
      },
    },
    stop: () => child.kill(),
  }
}
