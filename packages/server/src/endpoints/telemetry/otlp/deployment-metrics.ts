import type { HrTime } from '@opentelemetry/api'
import { ValueType } from '@opentelemetry/api'
import {
  AggregationTemporality,
  DataPointType,
  type Histogram,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics'
import { emptyResource } from '@opentelemetry/resources'
import { latencyBoundsMs, type TrafficNumbers } from '@modelyard/contract'
import type { ServedDeployment } from '../../deploy-target.ts'

/** A drift score of a monitor's newest window. */
export interface DriftScore {
  readonly workspace: string
  readonly endpoint: string
  readonly monitor: string
  readonly feature: string
  readonly statistic: string
  readonly value: number
}

type Labels = Record<string, string>
interface Value<Of> {
  readonly attributes: Labels
  readonly startTime: HrTime
  readonly endTime: HrTime
  readonly value: Of
}

/**
 * What the gateway counts, as it counts it: its histogram goes out bucket by bucket. Counters that went down are those of a gateway that started anew;
 * their start moves, as the receiver expects of a restart.
 */
export function createDeploymentMetrics(
  now: () => number,
  served: () => readonly ServedDeployment[],
  driftScores: () => readonly DriftScore[],
): MetricProducer {
  const starts = new Map<string, { since: number; requests: number }>()

  function startOf(deployment: ServedDeployment): number {
    const key = `${deployment.workspace}/${deployment.endpoint}/${deployment.deployment}`
    const requests = (deployment.numbers as TrafficNumbers | null)?.requests ?? 0
    const known = starts.get(key)
    const since = known === undefined || requests < known.requests ? now() : known.since
    starts.set(key, { since, requests })
    return since
  }

  return {
    collect: () => {
      const deployments = served().map((deployment) => ({ deployment, since: startOf(deployment) }))
      const at = now()
      const values = <Of>(valueOf: (deployment: ServedDeployment) => Of | null | undefined): Value<Of>[] =>
        deployments.flatMap(({ deployment, since }) => {
          const value = valueOf(deployment)
          return value == null
            ? []
            : [{ attributes: labelsOf(deployment), startTime: time(since), endTime: time(at), value }]
        })
      const numbers = (of: ServedDeployment): TrafficNumbers | null => of.numbers as TrafficNumbers | null
      const metrics: MetricData[] = [
        sum(
          'modelyard.inference.requests',
          'Predictions answered',
          '{request}',
          values((of) => numbers(of)?.requests),
        ),
        sum(
          'modelyard.inference.errors',
          'Predictions that failed',
          '{request}',
          values((of) => numbers(of)?.errors),
        ),
        sum(
          'modelyard.inference.rejected',
          'Predictions turned away',
          '{request}',
          values((of) => numbers(of)?.rejected),
        ),
        durations(values((of) => histogramOf(numbers(of)))),
        gauge(
          'modelyard.deployment.cpu',
          'Cores that a deployment uses',
          '{cpu}',
          values((of) => of.cpuCores),
        ),
        gauge(
          'modelyard.deployment.memory',
          'Memory that a deployment uses',
          'By',
          values((of) => of.memoryBytes),
        ),
        sum(
          'modelyard.collector.received',
          'Predictions that collection saw',
          '{request}',
          values((of) => of.collection?.received),
        ),
        sum(
          'modelyard.collector.stored',
          'Predictions kept',
          '{request}',
          values((of) => of.collection?.stored),
        ),
        sum(
          'modelyard.collector.sampled_out',
          'Predictions left out by the rate',
          '{request}',
          values((of) => of.collection?.sampledOut),
        ),
        sum(
          'modelyard.collector.dropped',
          'Predictions not kept',
          '{request}',
          values((of) => droppedOf(of)),
        ),
        sum(
          'modelyard.collector.lost',
          'Predictions lost with a killed gateway',
          '{request}',
          values((of) => of.collection?.lost),
        ),
        gauge(
          'modelyard.drift.score',
          'The deciding statistic of a feature in a monitor’s newest window',
          '1',
          driftScores().map(({ value, ...attributes }) => ({
            attributes,
            startTime: time(at),
            endTime: time(at),
            value,
          })),
        ),
      ]
      return Promise.resolve({
        resourceMetrics: {
          resource: emptyResource(),
          scopeMetrics: [
            { scope: { name: 'modelyard' }, metrics: metrics.filter((metric) => metric.dataPoints.length > 0) },
          ],
        },
        errors: [],
      })
    },
  }
}

function labelsOf({ workspace, endpoint, deployment }: ServedDeployment): Labels {
  return { 'modelyard.workspace': workspace, 'modelyard.endpoint': endpoint, 'modelyard.deployment': deployment }
}

function droppedOf({ collection }: ServedDeployment): number | null {
  return collection === null ? null : Object.values(collection.dropped).reduce((total, count) => total + count, 0)
}

function histogramOf(numbers: TrafficNumbers | null): Histogram | null {
  if (numbers === null) return null
  const counts = numbers.histogram.map((bucket) => bucket.count)
  return {
    buckets: { boundaries: latencyBoundsMs.map((bound) => bound / 1000), counts },
    count: counts.reduce((total, count) => total + count, 0),
    ...(numbers.latencySumMs === undefined ? {} : { sum: numbers.latencySumMs / 1000 }),
  }
}

function sum(name: string, description: string, unit: string, dataPoints: Value<number>[]): MetricData {
  return {
    descriptor: { name, description, unit, valueType: ValueType.INT },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.SUM,
    isMonotonic: true,
    dataPoints,
  }
}

function gauge(name: string, description: string, unit: string, dataPoints: Value<number>[]): MetricData {
  return {
    descriptor: { name, description, unit, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.GAUGE,
    dataPoints,
  }
}

function durations(dataPoints: Value<Histogram>[]): MetricData {
  return {
    descriptor: {
      name: 'modelyard.inference.duration',
      description: 'Time to answer a prediction',
      unit: 's',
      valueType: ValueType.DOUBLE,
    },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints,
  }
}

/** Seconds and nanoseconds, as the packages count. */
function time(milliseconds: number): HrTime {
  return [Math.floor(milliseconds / 1000), Math.round((milliseconds % 1000) * 1e6)]
}
