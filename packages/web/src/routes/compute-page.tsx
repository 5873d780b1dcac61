import { useQuery } from '@tanstack/react-query'
import type { Answer } from '@modelyard/client'
import * as queries from '../api/queries.ts'
import { AppLink, pathIn } from '../components/app-link.tsx'
import { Chart } from '../components/chart.tsx'
import { clockText, countText, durationText } from '../components/format.ts'
import { QueryView } from '../components/query-view.tsx'
import { State } from '../components/state.tsx'
import { CopyButton, Say, SectionHead, useNow } from '../components/text.tsx'
import { NodeTiles } from '../features/compute/node-tiles.tsx'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { cliIn } from '../features/snippets.ts'
import { usePageParams } from './search.ts'

type Target = Answer<'getComputeTarget'>

export function ComputePage() {
  const { ws, name } = usePageParams()
  const target = useQuery(queries.computeTarget(ws, name))
  const queue = useQuery(queries.computeQueue(ws, name))
  const scaling = useQuery(queries.computeScaling(ws, name))
  return (
    <WorkspacePage
      ws={ws}
      noun={{ text: 'Compute', path: 'compute' }}
      title={name}
      actions={<CopyButton text={cliIn(ws, `compute show ${name}`)} label="Copy as CLI" icon="terminal" />}
    >
      <QueryView query={target}>
        {(data) => (
          <>
            <Answered target={data} />
            <NodeTiles ws={ws} target={data} />
            <section className="sec">
              <SectionHead title="Queue" basis={queueBasis(queue.data?.items.length ?? 0)} />
              <QueryView query={queue}>{({ items }) => <Queue ws={ws} items={items} />}</QueryView>
            </section>
            <section className="sec">
              <SectionHead title="Scaling" basis="each decision and its because" />
              <QueryView query={scaling}>
                {({ items }) => <Scaling items={items} now={data.nodes?.length ?? 0} />}
              </QueryView>
            </section>
          </>
        )}
      </QueryView>
    </WorkspacePage>
  )
}

const queueBasis = (steps: number): string =>
  steps === 0 ? 'steps, and why each waits' : `${countText(steps, 'step').toLowerCase()}, and why each waits`

function Answered({ target }: { readonly target: Target }) {
  const nodes = (target.nodes ?? []).filter((node) => node.state !== 'gone')
  const states = new Map<string, number>()
  for (const node of nodes) states.set(node.state, (states.get(node.state) ?? 0) + 1)
  return (
    <>
      <Say lead>
        <b>
          {nodes.length} of {target.maxNodes} nodes
        </b>
        {nodes.length === 0
          ? '. They come when steps wait. '
          : `: ${[...states].map(([state, count]) => `${count} ${state}`).join(', ')}. `}
        <b>{target.queuedSteps === 0 ? 'No step' : countText(target.queuedSteps, 'step')}</b>{' '}
        {target.queuedSteps < 2 ? 'waits' : 'wait'}.
      </Say>
      <p className="facts" style={{ marginTop: 6 }}>
        <span>
          {target.type} <b>{target.size}</b>
        </span>
        <span>
          nodes{' '}
          <b>
            {target.minNodes} to {target.maxNodes}
          </b>
        </span>
        <span>
          steps per node <b>{target.slotsPerNode}</b>
        </span>
        <span>
          leaves after <b>{target.idleSeconds} s</b> idle
        </span>
      </p>
    </>
  )
}

function Queue({ ws, items }: { readonly ws: string; readonly items: Answer<'listQueuedSteps'>['items'] }) {
  const now = useNow(1000, items.length > 0)
  if (items.length === 0) return <p className="note">Nothing waits.</p>
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label="Queue">
      <table className="qt">
        <thead>
          <tr>
            <th className="r">Place</th>
            <th>Step</th>
            <th>Job</th>
            <th>Reason</th>
            <th className="r">Waits</th>
          </tr>
        </thead>
        <tbody>
          {items.map((one, index) => (
            <tr key={`${one.jobId}/${one.step}`}>
              <td className="r">{index + 1}</td>
              <td>
                <State status="queued" hideWord /> {one.step}
              </td>
              <td>
                <AppLink to={pathIn(ws, 'jobs', one.jobId)} className="link">
                  {one.jobName}
                </AppLink>
              </td>
              <td>{one.reason}</td>
              <td className="r">{durationText(now - Date.parse(one.queuedAt))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Scaling({ items, now }: { readonly items: Answer<'listScalingDecisions'>['items']; readonly now: number }) {
  if (items.length === 0) return <p className="note">No decision yet: nothing asked for nodes.</p>
  const ordered = items.toReversed()
  const first = ordered[0]
  const x = [
    ...(first === undefined ? [] : [Date.parse(first.at) - 10_000]),
    ...ordered.map((one) => Date.parse(one.at)),
  ]
  const values = [...(first === undefined ? [] : [first.from]), ...ordered.map((one) => one.to)]
  return (
    <div className="cols sc" style={{ marginTop: 8 }}>
      <Chart
        title="Nodes wanted"
        x={x}
        xTitle="at"
        time
        fromZero
        whole
        series={[{ name: 'wanted', colour: 'var(--s2)', values, step: true }]}
      />
      <div className="scroll" tabIndex={0} role="group" aria-label="Scaling decisions">
        <table className="dl">
          <thead>
            <tr>
              <th>Time</th>
              <th>Nodes</th>
              <th>Decision, because</th>
            </tr>
          </thead>
          <tbody>
            {items.slice(0, 20).map((one) => (
              <tr key={`${one.at}/${one.to}`}>
                <td className="sub" title={one.at}>
                  {clockText(one.at)}
                </td>
                <td>
                  {one.from} → {one.to}
                </td>
                <td className="wrap">{one.reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <p className="vh">{now} nodes at present</p>
      </div>
    </div>
  )
}
