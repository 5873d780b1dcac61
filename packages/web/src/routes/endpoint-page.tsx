import type { Answer } from '@modelyard/client'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import * as queries from '../api/queries.ts'
import { QueryView } from '../components/query-view.tsx'
import { Icon } from '../components/icon.tsx'
import { SplitBar } from '../components/split-bar.tsx'
import { Segmented } from '../components/tabs.tsx'
import { CopyButton, SectionHead } from '../components/text.tsx'
import { Answered } from '../features/endpoints/answered.tsx'
import { CollectionTable } from '../features/endpoints/collection-table.tsx'
import { DeploymentLogs } from '../features/endpoints/deployment-logs.tsx'
import { deploymentColour, DeploymentTable } from '../features/endpoints/deployment-table.tsx'
import { Exceptions } from '../features/endpoints/exceptions.tsx'
import { Keys } from '../features/endpoints/keys.tsx'
import { Mirror } from '../features/endpoints/mirror-form.tsx'
import { RequestLookup } from '../features/endpoints/request-lookup.tsx'
import { RolloutPanel } from '../features/endpoints/rollout-check.tsx'
import { RolloutSteps } from '../features/endpoints/rollout-steps.tsx'
import { isActive, type Rollout } from '../features/endpoints/rollout-words.ts'
import { StartRollout } from '../features/endpoints/start-rollout.tsx'
import { TrafficCharts } from '../features/endpoints/traffic-charts.tsx'
import { TrafficForm } from '../features/endpoints/traffic-form.tsx'
import { TryIt } from '../features/endpoints/try-it.tsx'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { cliIn } from '../features/snippets.ts'
import { usePageParams, usePageSearch } from './search.ts'

type Endpoint = Answer<'getEndpoint'>

const spans = [
  { value: '60', text: '60 min', title: 'Last 60 min' },
  { value: '1440', text: '24 h', title: 'Last 24 h' },
  { value: '10080', text: '7 d', title: 'Last 7 d' },
] as const

export function EndpointPage() {
  const { ws, name } = usePageParams()
  const endpoint = useQuery(queries.endpoint(ws, name))
  return (
    <WorkspacePage
      ws={ws}
      noun={{ text: 'Endpoints', path: 'endpoints' }}
      title={name}
      actions={
        <>
          {endpoint.data === undefined ? null : <CopyButton text={endpoint.data.scoringUri} label="Copy address" />}
          <CopyButton text={cliIn(ws, `endpoint show ${name}`)} label="Copy as CLI" icon="terminal" />
        </>
      }
    >
      <QueryView query={endpoint}>{(data) => <Body ws={ws} endpoint={data} />}</QueryView>
    </WorkspacePage>
  )
}

function Body({ ws, endpoint }: { readonly ws: string; readonly endpoint: Endpoint }) {
  const [search, setSearch] = usePageSearch()
  const span = spans.find((one) => one.value === search['minutes']) ?? spans[0]
  const series = useQuery(queries.endpointSeries(ws, endpoint.name, Number(span.value)))
  const rollouts = useQuery(queries.rollouts(ws, endpoint.name))
  const named = rollouts.data?.items.find((one) => one.id === search['rollout'])
  const rollout = named ?? rollouts.data?.items.find(isActive) ?? rollouts.data?.items[0]
  const colours = new Map(endpoint.deployments.map((one, index) => [one.name, deploymentColour(one, index)]))
  const shown = endpoint.deployments.find((one) => one.name === search['deployment']) ?? endpoint.deployments[0]
  return (
    <>
      <Answered endpoint={endpoint} rollout={rollout !== undefined && isActive(rollout) ? rollout : undefined} />
      <Traffic ws={ws} endpoint={endpoint} rollout={rollout} />
      <div className="cols ep">
        <div>
          <SectionHead title="Deployments" basis="latency in ms, since the gateway began" />
          <DeploymentTable ws={ws} endpoint={endpoint} />
          <div style={{ marginTop: 18 }}>
            <SectionHead title={span.title} basis={<span className="only-mid">drag to zoom, all charts follow</span>}>
              <Segmented
                label="How far back"
                value={span.value}
                options={spans}
                onChange={(next) => setSearch({ minutes: next === '60' ? undefined : next })}
              />
            </SectionHead>
            <QueryView query={series}>
              {(data) => <TrafficCharts series={data} colours={colours} days={span.value !== '60'} />}
            </QueryView>
          </div>
          <Exceptions
            ws={ws}
            endpoint={endpoint.name}
            opened={search['exception']}
            onOpen={(id) => setSearch({ exception: id })}
            onRequest={(id) => setSearch({ request: id })}
          />
          <section className="sec">
            <SectionHead title="Collection" basis="in requests; the parts add up" />
            <CollectionTable deployments={endpoint.deployments} />
          </section>
          {shown === undefined ? null : (
            <DeploymentLogs
              ws={ws}
              endpoint={endpoint}
              shown={shown}
              onShow={(deployment) => setSearch({ deployment })}
            />
          )}
        </div>
        <div>
          {rollout === undefined ? null : <RolloutPanel ws={ws} rollout={rollout} />}
          <div className={rollout === undefined ? undefined : 'sec'}>
            <TryIt ws={ws} endpoint={endpoint} example={endpoint.tags['example'] ?? shown?.tags['example']} />
          </div>
          <RequestLookup
            ws={ws}
            endpoint={endpoint.name}
            requestId={search['request'] ?? ''}
            onRequest={(id) => setSearch({ request: id })}
          />
          <Mirror ws={ws} endpoint={endpoint} />
          <Keys ws={ws} endpoint={endpoint} />
        </div>
      </div>
    </>
  )
}

function Traffic({
  ws,
  endpoint,
  rollout,
}: {
  readonly ws: string
  readonly endpoint: Endpoint
  readonly rollout: Rollout | undefined
}) {
  const [editing, setEditing] = useState<'traffic' | 'rollout'>()
  if (endpoint.deployments.length === 0)
    return (
      <p className="notice">
        Nothing answers yet. Deploy a model: <code>{cliIn(ws, 'deployment create -f deployment.yml')}</code>
      </p>
    )
  const active = rollout !== undefined && isActive(rollout)
  const done = (): void => setEditing(undefined)
  return (
    <div className="s1">
      <SplitBar
        shares={endpoint.deployments.map((one, index) => ({
          name: one.name,
          percent: one.trafficPercent,
          colour: deploymentColour(one, index),
        }))}
        label="Traffic"
      />
      {active ? <RolloutSteps rollout={rollout} /> : null}
      {editing === 'traffic' ? <TrafficForm ws={ws} endpoint={endpoint} onDone={done} /> : null}
      {editing === 'rollout' ? <StartRollout ws={ws} endpoint={endpoint} onDone={done} /> : null}
      {editing !== undefined || active ? null : (
        <p className="row" style={{ marginTop: 8 }}>
          <button type="button" className="btn" onClick={() => setEditing('traffic')}>
            <Icon name="settings" size={14} /> Change traffic
          </button>
          {endpoint.deployments.length < 2 ? null : (
            <button type="button" className="btn" onClick={() => setEditing('rollout')}>
              <Icon name="play" size={14} /> Roll out
            </button>
          )}
        </p>
      )}
    </div>
  )
}
