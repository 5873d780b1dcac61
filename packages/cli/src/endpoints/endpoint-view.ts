import type { Answer } from '@modelyard/client'
import { paintStatus, type Style } from '../output/style.ts'
import { harmless, renderFields, renderTable } from '../output/table.ts'
import { ago, bytes } from '../output/words.ts'

export type Endpoint = Answer<'getEndpoint'>
export type Deployment = Answer<'getDeployment'>

export function renderEndpoint(endpoint: Endpoint, style: Style, now: number): string {
  const fields = renderFields(
    {
      endpoint: style.bold(endpoint.name),
      description: endpoint.description === '' ? undefined : harmless(endpoint.description),
      'scoring uri': endpoint.scoringUri,
      sign_in: endpoint.authMode,
      key:
        endpoint.keys === undefined
          ? undefined
          : `${endpoint.keys.primary.slice(0, 8)}… ${style.dim('(whole with --json)')}`,
      traffic: trafficOf(endpoint),
      sticky: endpoint.stickyHeader === null ? undefined : `by ${endpoint.stickyHeader}`,
      page: endpoint.url,
    },
    style,
  ).replace('sign_in', 'sign-in')
  if (endpoint.deployments.length === 0)
    return `${fields}${style.dim('No deployments yet')}: modelyard deployment create -f deployment.yml --endpoint ${endpoint.name} --wait\n`
  return `${fields}\n${renderDeployments(endpoint.deployments, style, now)}`
}

export function renderDeployments(deployments: readonly Deployment[], style: Style, now: number): string {
  return renderTable(
    deployments,
    [
      { heading: 'deployment', cell: (deployment) => deployment.name },
      { heading: 'state', cell: (deployment) => paintStatus(style, deployment.state) },
      { heading: 'traffic', align: 'right', cell: (deployment) => `${deployment.trafficPercent} %` },
      { heading: 'model', cell: modelOf },
      { heading: 'workers', align: 'right', cell: (deployment) => String(deployment.workers.length) },
      { heading: 'requests', align: 'right', cell: (deployment) => String(deployment.numbers?.requests ?? 0) },
      { heading: 'p99', align: 'right', cell: (deployment) => milliseconds(deployment.numbers?.p99Ms ?? null) },
      { heading: 'updated', cell: (deployment) => ago(deployment.updatedAt, now) },
    ],
    style,
  )
}

export function renderDeployment(deployment: Deployment, style: Style, now: number): string {
  const { numbers } = deployment
  const fields = renderFields(
    {
      deployment: style.bold(`${deployment.endpoint}/${deployment.name}`),
      state:
        paintStatus(style, deployment.state) +
        (deployment.reason === '' ? '' : style.dim(`  ${harmless(deployment.reason)}`)),
      model: modelOf(deployment),
      traffic: `${deployment.trafficPercent} %`,
      workers: deployment.workers.map((worker) => `${worker.pid} ${worker.state}`).join(', ') || 'none',
      limits: `${deployment.requestTimeoutMs} ms, ${deployment.maxConcurrentRequests} at once per instance`,
      requests:
        numbers === null ? undefined : `${numbers.requests}, ${numbers.errors} failed, ${numbers.rejected} turned away`,
      latency:
        numbers === null
          ? undefined
          : `p50 ${milliseconds(numbers.p50Ms)}, p95 ${milliseconds(numbers.p95Ms)}, p99 ${milliseconds(numbers.p99Ms)}`,
      copies: copiesOf(deployment),
      collection: collectionOf(deployment),
      uses:
        deployment.cpuCores === null || deployment.memoryBytes === null
          ? undefined
          : `${deployment.cpuCores.toFixed(2)} cores, ${bytes(deployment.memoryBytes)}`,
      updated: ago(deployment.updatedAt, now),
    },
    style,
  )
  if (deployment.error === null) return fields
  const tail = deployment.error.logTail.map((line) => `  ${style.dim('│')} ${harmless(line)}\n`).join('')
  return `${fields}\n${style.red('error')} ${harmless(deployment.error.message)}\n${tail}`
}

function copiesOf({ mirrorPercent, mirror }: Deployment): string | undefined {
  if (mirrorPercent === 0 && mirror === null) return undefined
  const found = mirror === null ? '' : `, ${mirror.agreed} of ${mirror.compared} agreed, ${mirror.failed} failed`
  return `${mirrorPercent} %${found}`
}

function collectionOf({ collection }: Deployment): string | undefined {
  if (collection === null) return undefined
  const dropped = Object.values(collection.dropped).reduce((sum, count) => sum + count, 0)
  const missed = dropped + collection.lost
  return `${collection.enabled ? `${collection.samplingRate * 100} %` : 'off'}, ${collection.stored} of ${collection.received} kept${missed > 0 ? `, ${missed} lost or dropped` : ''}`
}

function trafficOf(endpoint: Endpoint): string {
  const entries = Object.entries(endpoint.traffic)
  return entries.length === 0 ? 'none' : entries.map(([name, percent]) => `${name}=${percent}`).join(' ')
}

const modelOf = ({ model }: Deployment): string => (model === null ? '–' : `${harmless(model.name)}:${model.version}`)
const milliseconds = (value: number | null): string =>
  value === null ? '–' : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`
