import { createHash } from 'node:crypto'
import type { ServerUnderTest } from './server.ts'

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const pipeline = `type: pipeline
display_name: walk
experiment_name: walk
settings:
  default_compute: local
inputs:
  depth: 3
jobs:
  prepare:
    type: command
    command: python -c "open(r'\${{outputs.table}}', 'w').write('1')"
    outputs:
      table: { type: uri_file }
  train:
    type: command
    command: python -c "print('depth', \${{inputs.depth}})"
    inputs:
      table: \${{parent.jobs.prepare.outputs.table}}
      depth: \${{parent.inputs.depth}}
`
const failing = `type: pipeline
display_name: broken
experiment_name: walk
settings:
  default_compute: local
jobs:
  evaluate:
    type: command
    command: python -c "raise ValueError('the hold-out is empty')"
`

/** Puts one of everything into a workspace through the API, and answers the addresses of its pages. */
export async function seed(server: ServerUnderTest): Promise<Readonly<Record<string, string>>> {
  const base = '/api/v1/workspaces/walk'
  await server.call('POST', '/api/v1/workspaces', { name: 'walk' })
  await server.call('POST', `${base}/compute`, { name: 'cpu-cluster', maxNodes: 2 })
  const job = await submit(server, base, pipeline)
  const broken = await submit(server, base, failing)
  await server.call('POST', `${base}/pipelines`, { name: 'walk', jobId: job })
  const runs: string[] = []
  for (const depth of [2, 4, 8]) {
    const run = await server.call<{ id: string }>('POST', `${base}/runs`, {
      experiment: 'depths',
      name: `depth-${depth}`,
    })
    runs.push(run.id)
    const metrics = Array.from({ length: 20 }, (_step, step) => ({ name: 'mae', value: 2 / (1 + step / depth), step }))
    await server.call('POST', `${base}/runs/${run.id}/log`, { metrics, parameters: { depth: String(depth) } })
    await server.call('POST', `${base}/runs/${run.id}/end`, {})
  }
  const file = new TextEncoder().encode('date,riders\n2001-01-22,15.7\n')
  const digest = digestOf(file)
  await server.call('PUT', `${base}/blobs/${digest}`, file)
  const tree = await server.call<{ digest: string }>('POST', `${base}/trees`, {
    entries: [{ path: 'days.csv', digest, sizeBytes: file.byteLength }],
  })
  await server.call('POST', `${base}/data`, { name: 'days', digest: tree.digest })
  await server.call('POST', `${base}/models`, { name: 'riders', tree: tree.digest, metrics: { mae: 1.4 } })
  await server.call('PUT', `${base}/models/riders/aliases/champion`, { version: '1' })
  await server.call('POST', `${base}/endpoints`, {
    source: { name: 'endpoint.yml', text: 'name: riders\nauth_mode: key\n' },
  })
  await ended(server, `${base}/jobs/${job}`)
  await ended(server, `${base}/jobs/${broken}`)
  const page = '/w/walk'
  return {
    workspaces: '/',
    login: '/login?next=%2Fw%2Fwalk',
    overview: page,
    jobs: `${page}/jobs`,
    job: `${page}/jobs/${job}`,
    'job-list': `${page}/jobs/${job}?view=list`,
    'job-failed': `${page}/jobs/${broken}`,
    pipelines: `${page}/pipelines`,
    pipeline: `${page}/pipelines/walk`,
    experiments: `${page}/experiments`,
    runs: `${page}/experiments/depths?sort=metrics.mae`,
    run: `${page}/runs/${runs[0]}`,
    artifacts: `${page}/runs/${runs[0]}?tab=artifacts`,
    compare: `${page}/compare?runs=${runs.join('%2C')}`,
    models: `${page}/models`,
    model: `${page}/models/riders`,
    endpoints: `${page}/endpoints`,
    endpoint: `${page}/endpoints/riders`,
    'compute-list': `${page}/compute`,
    compute: `${page}/compute/cpu-cluster`,
    data: `${page}/data`,
    'data-asset': `${page}/data/days`,
    activity: `${page}/activity`,
    settings: `${page}/settings`,
    'no-such-page': `${page}/nothing/here`,
    'empty-models': '/w/default/models',
    'empty-endpoints': '/w/default/endpoints',
    'empty-overview': '/w/default',
  }
}

async function submit(server: ServerUnderTest, base: string, text: string): Promise<string> {
  const job = await server.call<{ id: string }>('POST', `${base}/jobs`, { source: { name: 'pipeline.yml', text } })
  return job.id
}

async function ended(server: ServerUnderTest, path: string): Promise<void> {
  for (;;) {
    const { status } = await server.call<{ status: string }>('GET', path)
    if (status !== 'queued' && status !== 'running') return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
