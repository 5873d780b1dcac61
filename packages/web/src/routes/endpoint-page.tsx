import { useQuery } from '@tanstack/react-query'
import type { Answer } from '@modelyard/client'
import { useState } from 'react'
import * as queries from '../api/queries.ts'
import { AppLink, pathIn } from '../components/app-link.tsx'
import { ErrorPanel } from '../components/error-panel.tsx'
import { numberText } from '../components/format.ts'
import { Icon } from '../components/icon.tsx'
import { LogView } from '../components/log-view.tsx'
import { QueryView } from '../components/query-view.tsx'
import { versionColour } from '../components/series-colour.ts'
import { SplitBar } from '../components/split-bar.tsx'
import { State } from '../components/state.tsx'
import { Segmented } from '../components/tabs.tsx'
import { CopyButton, Figure, Say, SectionHead } from '../components/text.tsx'
import { Keys } from '../features/endpoints/keys.tsx'
import { TrafficCharts } from '../features/endpoints/traffic-charts.tsx'
import { TrafficForm } from '../features/endpoints/traffic-form.tsx'
import { TryIt } from '../features/endpoints/try-it.tsx'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { cliIn } from '../features/snippets.ts'
import { usePageParams, usePageSearch } from './search.ts'

type Endpoint = Answer<'getEndpoint'>
type Deployment = Endpoint['deployments'][number]

const colourOf = (one: Deployment, index: number): string =>
  one.model === null ? `var(--s${(index % 8) + 1})` : versionColour(one.model.version)

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
  const [editing, setEditing] = useState(false)
  const minutes = search['minutes'] === '1440' ? 1440 : 60
  const series = useQuery(queries.endpointSeries(ws, endpoint.name, minutes))
  const shares = endpoint.deployments.map((one, index) => ({
    name: one.name,
    percent: one.trafficPercent,
    colour: colourOf(one, index),
  }))
  const colours = new Map(shares.map((share) => [share.name, share.colour]))
  const shown = endpoint.deployments.find((one) => one.name === search['deployment']) ?? endpoint.deployments[0]
  return (
    <>
      <Answered endpoint={endpoint} />
      {endpoint.deployments.length === 0 ? (
        <p className="notice">
          Nothing answers yet. Deploy a model: <code>{cliIn(ws, 'deployment create -f deployment.yml')}</code>
        </p>
      ) : (
        <div className="s1">
          <SplitBar shares={shares} label="Traffic" />
          {editing ? (
            <TrafficForm ws={ws} endpoint={endpoint} onDone={() => setEditing(false)} />
          ) : (
            <p style={{ marginTop: 8 }}>
              <button type="button" className="btn" onClick={() => setEditing(true)}>
                <Icon name="settings" size={14} /> Change traffic
              </button>
            </p>
          )}
        </div>
      )}
      <div className="cols ep">
        <div>
          <SectionHead title="Deployments" basis="latency in ms, since the gateway began" />
          <DeploymentTable ws={ws} endpoint={endpoint} />
          <div style={{ marginTop: 18 }}>
            <SectionHead title={minutes === 60 ? 'Last 60 min' : 'Last 24 h'} basis="drag to zoom, all charts follow">
              <Segmented
                label="How far back"
                value={minutes === 60 ? '60' : '1440'}
                options={[
                  { value: '60', text: '60 min' },
                  { value: '1440', text: '24 h' },
                ]}
                onChange={(next) => setSearch({ minutes: next === '60' ? undefined : next })}
              />
            </SectionHead>
            <QueryView query={series}>{(data) => <TrafficCharts series={data} colours={colours} />}</QueryView>
          </div>
          {shown === undefined ? null : (
            <Logs ws={ws} endpoint={endpoint} shown={shown} onShow={(deployment) => setSearch({ deployment })} />
          )}
        </div>
        <div>
          <TryIt ws={ws} endpoint={endpoint} example={endpoint.tags['example'] ?? shown?.tags['example']} />
          <Keys ws={ws} endpoint={endpoint} />
        </div>
      </div>
    </>
  )
}

function Answered({ endpoint }: { readonly endpoint: Endpoint }) {
  const failed = endpoint.deployments.find((one) => one.state === 'failed')
  const serving = endpoint.deployments.filter((one) => one.trafficPercent > 0)
  const rate = serving.reduce((sum, one) => sum + (one.numbers?.requestsPerSecond ?? 0), 0)
  const requests = serving.reduce((sum, one) => sum + (one.numbers?.requests ?? 0), 0)
  const errors = serving.reduce((sum, one) => sum + (one.numbers?.errors ?? 0), 0)
  const slowest = Math.max(0, ...serving.map((one) => one.numbers?.p95Ms ?? 0))
  const ready = serving.length > 0 && serving.every((one) => one.state === 'ready')
  return (
    <>
      <Say lead>
        <b>
          {ready
            ? errors === 0
              ? 'Healthy'
              : 'Answering'
            : failed === undefined
              ? 'Not answering yet'
              : `${failed.name} failed`}
        </b>
        {ready && requests > 0 ? ': ' : '. '}
        {requests === 0 ? (
          'No request came yet.'
        ) : (
          <>
            {numberText(rate)} requests per second, p95 <b>{slowest.toFixed(1)} ms</b>,{' '}
            {((errors / requests) * 100).toFixed(2)} % errors of {requests}.
          </>
        )}
      </Say>
      {failed?.error == null ? null : (
        <section className="fx">
          <p className="say">
            <b>{failed.name}:</b> {failed.error.message}
          </p>
          {failed.error.logTail.length === 0 ? null : (
            <pre
              className="code"
              tabIndex={0}
              role="group"
              aria-label="Last lines of the log"
              style={{ marginTop: 10 }}
            >
              {failed.error.logTail.slice(-12).join('\n')}
            </pre>
          )}
          <p className="rem">
            Correct the script or the model and update the deployment; what has traffic goes on answering.
          </p>
        </section>
      )}
    </>
  )
}

function DeploymentTable({ ws, endpoint }: { readonly ws: string; readonly endpoint: Endpoint }) {
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label="Deployments">
      <table className="dt">
        <thead>
          <tr>
            <th>Deployment</th>
            <th>State</th>
            <th className="r">Traffic</th>
            <th className="r">Requests</th>
            <th className="r">p50</th>
            <th className="r">p95</th>
            <th className="r">p99</th>
            <th className="r">Errors</th>
            <th className="r">Workers</th>
          </tr>
        </thead>
        <tbody>
          {endpoint.deployments.map((one, index) => (
            <tr key={one.name}>
              <td>
                <span className="row">
                  <i className="swatch" style={{ ['--c' as string]: colourOf(one, index) }} />
                  <b className="m">{one.name}</b>
                  {one.model === null ? null : (
                    <AppLink to={pathIn(ws, 'models', one.model.name, one.model.version)} className="dim">
                      {one.model.name}:{one.model.version}
                    </AppLink>
                  )}
                </span>
              </td>
              <td title={one.reason}>
                <State status={one.state} />
              </td>
              <td className="r">
                <Figure value={one.trafficPercent} unit="%" />
              </td>
              <td className="r">{one.numbers?.requests ?? '–'}</td>
              <td className="r">{one.numbers?.p50Ms?.toFixed(1) ?? '–'}</td>
              <td className="r">{one.numbers?.p95Ms?.toFixed(1) ?? '–'}</td>
              <td className="r">{one.numbers?.p99Ms?.toFixed(1) ?? '–'}</td>
              <td className="r">{one.numbers?.errors ?? '–'}</td>
              <td className="r">
                {one.workers.filter((worker) => worker.state === 'ready').length} of {one.instanceCount}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Logs({
  ws,
  endpoint,
  shown,
  onShow,
}: {
  readonly ws: string
  readonly endpoint: Endpoint
  readonly shown: Deployment
  readonly onShow: (name: string) => void
}) {
  const logs = useQuery(queries.deploymentLogs(ws, endpoint.name, shown.name))
  return (
    <section className="sec">
      <SectionHead title="Log" basis={`${shown.name}, its last lines`}>
        {endpoint.deployments.length < 2 ? undefined : (
          <Segmented
            label="Log of"
            value={shown.name}
            options={endpoint.deployments.map((one) => ({ value: one.name, text: one.name }))}
            onChange={onShow}
          />
        )}
        <button type="button" className="btn ghost" onClick={() => void logs.refetch()}>
          Read again
        </button>
      </SectionHead>
      {logs.isError ? <ErrorPanel error={logs.error} /> : null}
      {logs.data === undefined ? null : (
        <LogView text={logs.data.lines.join('\n')} label={`Log of ${shown.name}`} height={280} follow />
      )}
    </section>
  )
}
