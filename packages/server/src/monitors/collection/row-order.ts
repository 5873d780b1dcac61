import type { EndpointPlace, NamedRows, Period } from './doors.ts'
import { readKeys, type FileRows, type RowKeys } from './file-rows.ts'
import type { DeploymentState, StoredFile } from './manifest.ts'

/** The rows of a period in the order of their event time, and which row of which file each is. */
export interface OrderedRows {
  readonly place: EndpointPlace
  readonly rows: number
  readonly requestIds: readonly string[]
  readonly rowIndexes: Int32Array
  readonly eventTimesMs: Float64Array
  readonly deployments: NamedRows
  readonly files: readonly FileRows[]
}

/** Gathers the rows of files one after the other. An input and a prediction of the same request and row become one row. */
class RowCollector {
  readonly requestIds: string[] = []
  readonly rowIndexes: number[] = []
  readonly eventTimesMs: number[] = []
  readonly deployments: number[] = []
  readonly files: FileRows[] = []
  readonly #period: Period

  constructor(period: Period) {
    this.#period = period
  }

  /** All files of one hour of a deployment. */
  async addHour(state: DeploymentState, deployment: number, files: readonly StoredFile[]): Promise<void> {
    const inputs = new Map(files.filter(isInput).map((file) => [file.name, file]))
    const predictions = new Map(files.filter((file) => !isInput(file)).map((file) => [file.name, file]))
    const waiting = { inputs: new Map<string, number[]>(), predictions: new Map<string, number[]>() }
    for (const file of files) {
      const partner = (isInput(file) ? predictions : inputs).get(file.name)
      const isPaired = file.paired && partner?.paired === true && partner.rows === file.rows
      if (isPaired && !isInput(file)) continue
      const keys = await readKeys(state, file)
      if (isPaired) {
        const places = this.#add(keys, deployment, () => undefined)
        this.files.push({ state, file, places, footer: keys.footer }, { state, file: partner, places })
        continue
      }
      const own = isInput(file) ? waiting.inputs : waiting.predictions
      const others = isInput(file) ? waiting.predictions : waiting.inputs
      const places = this.#add(keys, deployment, (key) => {
        // A request id can come again: the first input belongs to the first prediction.
        const place = others.get(key)?.shift()
        if (place !== undefined) return place
        const mine = own.get(key)
        if (mine === undefined) own.set(key, [this.requestIds.length])
        else mine.push(this.requestIds.length)
        return undefined
      })
      this.files.push({ state, file, places, footer: keys.footer })
    }
  }

  /** `known` answers the row that has the key already; without one the row is new. */
  #add(keys: RowKeys, deployment: number, known: (key: string) => number | undefined): Int32Array {
    const places = new Int32Array(keys.requestIds.length).fill(-1)
    const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = this.#period
    for (let row = 0; row < places.length; row++) {
      const time = keys.eventTimesMs[row] ?? 0
      if (time < fromMs || time >= toMs) continue
      const requestId = keys.requestIds[row] ?? ''
      const rowIndex = keys.rowIndexes[row] ?? 0
      let place = known(`${rowIndex}:${requestId}`)
      if (place === undefined) {
        place = this.requestIds.length
        this.requestIds.push(requestId)
        this.rowIndexes.push(rowIndex)
        this.eventTimesMs.push(time)
        this.deployments.push(deployment)
      }
      places[row] = place
    }
    return places
  }
}

function isInput(file: StoredFile): boolean {
  return file.collection === 'inputs'
}

/** Reads the keys of all rows of a period. */
export async function orderRows(
  place: EndpointPlace,
  states: readonly DeploymentState[],
  period: Period,
): Promise<OrderedRows> {
  const collector = new RowCollector(period)
  for (const [deployment, state] of states.entries())
    for (const files of filesByHour(state, period)) await collector.addHour(state, deployment, files)
  const times = Float64Array.from(collector.eventTimesMs)
  const order = orderOf(times)
  const names = states.map((state) => state.deployment)
  if (order === undefined)
    return {
      place,
      rows: times.length,
      requestIds: collector.requestIds,
      rowIndexes: Int32Array.from(collector.rowIndexes),
      eventTimesMs: times,
      deployments: { codes: Int32Array.from(collector.deployments), names },
      files: collector.files,
    }
  const rank = new Int32Array(order.length)
  order.forEach((row, place) => (rank[row] = place))
  const moved = new Set<Int32Array>()
  for (const { places } of collector.files) {
    // Paired files share theirs.
    if (!moved.has(places)) moved.add(places)
    else continue
    for (let row = 0; row < places.length; row++) {
      const old = places[row] ?? -1
      if (old >= 0) places[row] = rank[old] ?? -1
    }
  }
  return {
    place,
    rows: times.length,
    requestIds: Array.from(order, (row) => collector.requestIds[row] ?? ''),
    rowIndexes: Int32Array.from(order, (row) => collector.rowIndexes[row] ?? 0),
    eventTimesMs: Float64Array.from(order, (row) => times[row] ?? 0),
    deployments: { codes: Int32Array.from(order, (row) => collector.deployments[row] ?? 0), names },
    files: collector.files,
  }
}

/** The gateway's files of a deployment that can have rows of the period, those of one hour together, oldest first. */
function filesByHour(state: DeploymentState, { fromMs, toMs }: Period): StoredFile[][] {
  const hours = new Map<number, StoredFile[]>()
  for (const file of state.manifest.files) {
    if (file.collection !== 'inputs' && file.collection !== 'predictions') continue
    if (file.lastEventMs < (fromMs ?? Number.NEGATIVE_INFINITY)) continue
    if (file.firstEventMs >= (toMs ?? Number.POSITIVE_INFINITY)) continue
    const files = hours.get(file.hourStartMs)
    if (files === undefined) hours.set(file.hourStartMs, [file])
    else files.push(file)
  }
  return [...hours].sort(([a], [b]) => a - b).map(([, files]) => files)
}

/** Places by ascending time, those of the same time as they are; undefined when they ascend already. */
function orderOf(times: Float64Array): Int32Array | undefined {
  let ascends = true
  for (let row = 1; row < times.length && ascends; row++) ascends = (times[row - 1] ?? 0) <= (times[row] ?? 0)
  if (ascends) return undefined
  return Int32Array.from(times.keys()).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b)
}
