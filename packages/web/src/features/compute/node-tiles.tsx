import type { Answer } from '@modelyard/client'
import { AppLink, pathIn } from '../../components/app-link.tsx'
import { bytesText, durationText } from '../../components/format.ts'
import { State } from '../../components/state.tsx'
import { useNow } from '../../components/text.tsx'

type Target = Answer<'getComputeTarget'>
type Node = NonNullable<Target['nodes']>[number]

const mostEmpty = 8

/** Each slot for a node as a tile, also the ones that are not there. */
export function NodeTiles({ ws, target }: { readonly ws: string; readonly target: Target }) {
  const now = useNow(1000)
  const nodes = (target.nodes ?? []).filter((node) => node.state !== 'gone')
  const empty = Math.min(Math.max(0, target.maxNodes - nodes.length), mostEmpty)
  return (
    <ul className="nts">
      {nodes.map((node) => (
        <Tile key={node.id} ws={ws} node={node} now={now} />
      ))}
      {Array.from({ length: empty }, (_slot, index) => (
        <li key={index} className="nt off">
          <span className="row">
            <b>node {nodes.length + index + 1}</b> <State status="gone" word="Not there" />
          </span>
          <p className="wh sub">free slot</p>
          <p className="sub small">asked for when steps wait</p>
        </li>
      ))}
    </ul>
  )
}

function Tile({ ws, node, now }: { readonly ws: string; readonly node: Node; readonly now: number }) {
  const first = node.attempts[0]
  return (
    <li className={node.unreachable || node.state === 'unusable' ? 'nt bad' : 'nt'}>
      <span className="row">
        <b title={node.id}>{node.id.slice(-8)}</b>
        <State
          status={node.unreachable ? 'unusable' : node.state}
          {...(node.unreachable ? { word: 'Unreachable' } : {})}
        />
        <span className="sp tiny sub">{durationText(now - Date.parse(node.stateSince))}</span>
      </span>
      <p className="wh">
        {first === undefined ? (
          <span className="sub">nothing leased</span>
        ) : (
          <AppLink to={pathIn(ws, 'jobs', first.jobId)} className="link">
            {node.attempts.map((attempt) => attempt.step).join(', ')}
          </AppLink>
        )}
      </p>
      <p className="sub small">
        {node.attempts.length} of {node.slots} slots, {node.reason}
      </p>
      <div className="mrow">
        <span>CPU</span>
        <span className="bar">
          <i style={{ width: `${Math.min(100, node.cpuPercent ?? 0)}%`, ['--c' as string]: 'var(--running)' }} />
        </span>
        <b>{node.cpuPercent === null ? '–' : `${Math.round(node.cpuPercent)} %`}</b>
      </div>
      <div className="mrow">
        <span>Memory</span>
        <span />
        <b>{node.memoryBytes === null ? '–' : bytesText(node.memoryBytes)}</b>
      </div>
    </li>
  )
}
