import { alphaOfWindow } from '@modelyard/statistics'
import type { Column, Table } from '@modelyard/statistics/tables'
import { readCollected } from '../collection/reading.ts'
import type { CollectedRows } from '../collection/doors.ts'
import { dayMs } from '../period.ts'
import { lengthOf, rowRanges } from '../window.ts'
import { References } from './references.ts'
import type { ComputedWindow, ComputeInput, ComputeOutput, RowWindows, WindowInput } from './request.ts'
import { sliceColumn, sliceTable } from './row-slice.ts'
import { createWindowJudge, type WindowData } from './window-judge.ts'

/**
 * Computes windows: reads their rows with what labels have come, compares them with the reference, and measures how well each version did. Runs in
 * the thread; what it gets and gives is plain data.
 *
 * @throws ModelyardError `monitor_reference_invalid`
 */
export async function computeWindows(input: ComputeInput): Promise<ComputeOutput> {
  await using references = new References(lengthOf(input.size), input.cacheFolder)
  const judge = createWindowJudge(input, references)
  const windows =
    'rows' in input.windows
      ? await computeRows(input, input.windows, judge.judge)
      : await computeTimes(input, input.windows, judge.judge)
  return { windows, ...judge.found() }
}

type Judge = ReturnType<typeof createWindowJudge>['judge']

async function computeTimes(
  input: ComputeInput,
  windows: readonly WindowInput[],
  judge: Judge,
): Promise<ComputedWindow[]> {
  const computed: ComputedWindow[] = []
  const alpha = alphaOf(input, lengthOf(input.size))
  for (const window of windows) {
    await using rows = await readCollected({ place: input.place, fromMs: window.startMs, toMs: window.endMs })
    if (rows.rows === 0) continue
    const labels = await rows.labels()
    const data: WindowData = {
      rows: rows.rows,
      inputs: rows.inputs,
      predictions: rows.predictions,
      typeErrors: await rows.typeErrors(),
      eventTimes: rows.eventTimesMs,
      deployments: rows.deployments,
      modelVersions: rows.modelVersions,
      labels,
    }
    computed.push(await judge(window, data, alpha, 0))
  }
  return computed
}

/** Windows of N rows: everything from the first one that is due is read at once, since where each begins depends on the one before. */
async function computeRows(input: ComputeInput, windows: RowWindows, judge: Judge): Promise<ComputedWindow[]> {
  await using rows = await readCollected({
    place: input.place,
    ...(windows.fromMs === null ? {} : { fromMs: windows.fromMs }),
  })
  const kept = keepColumns(rows)
  const labels = await rows.labels()
  const times = rows.eventTimesMs
  const ranges = rowRanges(Math.max(0, rows.rows - windows.skip), windows.rows).map((range) => ({
    ...range,
    from: range.from + windows.skip,
    to: range.to + windows.skip,
  }))
  const first = times[ranges[0]?.from ?? 0] ?? 0
  const last = times[times.length - 1] ?? 0
  const alpha = alphaOf(input, meanLength(last - first, ranges.length))
  const computed: ComputedWindow[] = []
  for (const [index, { from, to, full }] of ranges.entries()) {
    const startMs = times[from] ?? 0
    // The end is where the next one begins; the last one's is just after its last row.
    const endMs = to < times.length ? (times[to] ?? 0) : (times[to - 1] ?? 0) + 1
    const window: WindowInput = {
      startMs,
      endMs,
      place: windows.firstPlace + index,
      complete: full,
      closed: full,
      rowHistory: null,
    }
    let skip = 0
    while (skip < from && times[from - skip - 1] === startMs) skip++
    computed.push(await judge(window, slice(rows, kept, labels, from, to), alpha, skip))
  }
  return computed
}

interface KeptColumns {
  readonly inputs: Table
  readonly predictions: Table
}

/** Columns are read once for all windows: they are slices of the same rows. */
function keepColumns(rows: CollectedRows): KeptColumns {
  const keep = (table: Table): Table => {
    const columns = new Map<string, Promise<Column>>()
    return {
      rows: table.rows,
      names: table.names,
      read(name) {
        const column = columns.get(name) ?? table.read(name)
        columns.set(name, column)
        return column
      },
    }
  }
  return { inputs: keep(rows.inputs), predictions: keep(rows.predictions) }
}

function slice(
  rows: CollectedRows,
  kept: KeptColumns,
  labels: Awaited<ReturnType<CollectedRows['labels']>>,
  from: number,
  to: number,
): WindowData {
  const arrivedAtMs = labels.arrivedAtMs.subarray(from, to)
  return {
    rows: to - from,
    inputs: sliceTable(kept.inputs, from, to),
    predictions: sliceTable(kept.predictions, from, to),
    typeErrors: undefined,
    eventTimes: rows.eventTimesMs.subarray(from, to),
    deployments: { ...rows.deployments, codes: rows.deployments.codes.subarray(from, to) },
    modelVersions: { ...rows.modelVersions, codes: rows.modelVersions.codes.subarray(from, to) },
    labels: {
      label: sliceColumn(labels.label, from, to),
      arrivedAtMs,
      labelled: arrivedAtMs.reduce((count, at) => count + (Number.isNaN(at) ? 0 : 1), 0),
    },
  }
}

function meanLength(spanMs: number, count: number): number | undefined {
  return spanMs > 0 && count > 0 ? spanMs / count : undefined
}

/** The probability of a false alarm that one window may have; 0 when alarms are off. */
function alphaOf({ falseAlarms }: ComputeInput, lengthMs: number | undefined): number {
  if (falseAlarms.count === 0) return 0
  return alphaOfWindow(falseAlarms, lengthMs ?? dayMs)
}
