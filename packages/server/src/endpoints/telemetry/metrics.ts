import { latencyBoundsMs, type TrafficNumbers } from '@modelyard/contract'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { ServedDeployment } from '../deploy-target.ts'

const names = ['workspace', 'endpoint', 'deployment'] as const
type Labels = Record<(typeof names)[number], string>

const numbersOf = ({ numbers }: ServedDeployment): TrafficNumbers | null => numbers as TrafficNumbers | null
const labelsOf = ({ workspace, endpoint, deployment }: ServedDeployment): Labels => ({
  workspace,
  endpoint,
  deployment,
})

/** Puts what the data plane counts into the server's metrics. They are read when somebody asks, and begin at 0 with the gateway, as Prometheus expects. */
export function measureDeployments(registry: Registry, served: () => readonly ServedDeployment[]): void {
  const counter = (name: string, help: string, valueOf: (deployment: ServedDeployment) => number | undefined): void => {
    const metric = new Counter({ name, help, labelNames: names, registers: [registry], collect: fill })
    function fill(): void {
      metric.reset()
      for (const deployment of served()) {
        const value = valueOf(deployment)
        if (value !== undefined) metric.inc(labelsOf(deployment), value)
      }
    }
  }
  const gauge = (
    name: string,
    help: string,
    valueOf: (deployment: ServedDeployment) => number | null | undefined,
  ): void => {
    const metric = new Gauge({ name, help, labelNames: names, registers: [registry], collect: fill })
    function fill(): void {
      metric.reset()
      for (const deployment of served()) {
        const value = valueOf(deployment)
        if (value != null) metric.set(labelsOf(deployment), value)
      }
    }
  }
  counter('modelyard_inference_requests_total', 'Predictions answered', (of) => numbersOf(of)?.requests)
  counter('modelyard_inference_errors_total', 'Predictions that failed', (of) => numbersOf(of)?.errors)
  counter('modelyard_inference_rejected_total', 'Predictions turned away', (of) => numbersOf(of)?.rejected)
  gauge('modelyard_inference_in_flight', 'Predictions under way', (of) => numbersOf(of)?.inFlight)
  gauge('modelyard_deployment_ready', 'Whether a deployment serves', (of) => (of.state === 'ready' ? 1 : 0))
  gauge('modelyard_deployment_cpu_cores', 'Cores that a deployment uses', (of) => of.cpuCores)
  gauge('modelyard_deployment_memory_bytes', 'Memory that a deployment uses', (of) => of.memoryBytes)
  counter('modelyard_collector_received_total', 'Predictions that collection saw', (of) => of.collection?.received)
  counter('modelyard_collector_stored_total', 'Predictions kept', (of) => of.collection?.stored)
  counter(
    'modelyard_collector_sampled_out_total',
    'Predictions left out by the rate',
    (of) => of.collection?.sampledOut,
  )
  counter('modelyard_collector_lost_total', 'Predictions lost with a killed gateway', (of) => of.collection?.lost)
  measureDrops(registry, served)
  registry.registerMetric(new ServedHistogram(served))
}

function measureDrops(registry: Registry, served: () => readonly ServedDeployment[]): void {
  const metric = new Counter({
    name: 'modelyard_collector_dropped_total',
    help: 'Predictions not kept, by reason',
    labelNames: [...names, 'reason'],
    registers: [registry],
    collect() {
      metric.reset()
      for (const deployment of served())
        for (const [reason, count] of Object.entries(deployment.collection?.dropped ?? {}))
          metric.inc({ ...labelsOf(deployment), reason }, count)
    },
  })
}

const metricName = 'modelyard_inference_duration_seconds'
const metricHelp = 'Time to answer a prediction'

interface Value {
  readonly labels: Record<string, string | number>
  readonly value: number
  readonly metricName: string
}

/** The gateway's own histogram, bucket by bucket: what was counted there is not counted again here. */
class ServedHistogram extends Histogram {
  readonly #served: () => readonly ServedDeployment[]

  constructor(served: () => readonly ServedDeployment[]) {
    super({
      name: metricName,
      help: metricHelp,
      labelNames: [...names],
      buckets: latencyBoundsMs.map((bound) => bound / 1000),
      registers: [],
    })
    this.#served = served
  }

  /** What the registry reads. */
  async getForPromString() {
    const values = this.#served().flatMap((deployment) => valuesOf(metricName, deployment))
    return { name: metricName, help: metricHelp, type: 'histogram', values, aggregator: 'sum' }
  }
}

function valuesOf(name: string, deployment: ServedDeployment): Value[] {
  const numbers = numbersOf(deployment)
  if (numbers === null) return []
  const labels = labelsOf(deployment)
  let count = 0
  const buckets = numbers.histogram.map((bucket): Value => {
    count += bucket.count
    const le = bucket.upToMs === null ? '+Inf' : bucket.upToMs / 1000
    return { labels: { le, ...labels }, value: count, metricName: `${name}_bucket` }
  })
  const sum = { labels, value: (numbers.latencySumMs ?? 0) / 1000, metricName: `${name}_sum` }
  return [...buckets, sum, { labels, value: count, metricName: `${name}_count` }]
}
