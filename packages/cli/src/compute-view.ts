import type { Answer } from '@modelyard/client'
import { paintStatus, type Style } from './output/style.ts'
import { harmless, renderFields, renderTable } from './output/table.ts'
import { ago, bytes, count } from './output/words.ts'

type ComputeTarget = Answer<'getComputeTarget'>
type Nodes = NonNullable<ComputeTarget['nodes']>

/** `2 running, 1 idle`, or `none`. */
export function nodeCounts(target: Pick<ComputeTarget, 'nodeCounts'>): string {
  const parts = Object.entries(target.nodeCounts).filter(([, amount]) => (amount ?? 0) > 0)
  return parts.length === 0 ? 'none' : parts.map(([state, amount]) => `${amount} ${state}`).join(', ')
}

export function renderComputeTarget(target: ComputeTarget, style: Style, now: number): string {
  const fields = renderFields(
    {
      'compute target': style.bold(target.name),
      type: target.builtIn ? `${target.type} (built in)` : target.type,
      size: target.type === 'local' ? undefined : target.size,
      nodes:
        target.type === 'local' ? undefined : `${target.minNodes} to ${target.maxNodes}, idle ${target.idleSeconds} s`,
      state: paintStatus(style, target.state),
      steps: `${target.runningSteps} running, ${target.queuedSteps} queued`,
    },
    style,
  )
  return `${fields}\n${nodesOf(target.nodes ?? [], style, now)}`
}

function nodesOf(nodes: Nodes, style: Style, now: number): string {
  if (nodes.length === 0) return style.dim(`${count(0, 'node')}: they start when steps wait.\n`)
  return renderTable(
    nodes,
    [
      { heading: 'node', cell: (node) => node.id },
      {
        heading: 'state',
        cell: (node) => paintStatus(style, node.state) + (node.unreachable ? style.red(' unreachable') : ''),
      },
      { heading: 'since', cell: (node) => ago(node.stateSince, now) },
      { heading: 'pid', align: 'right', cell: (node) => (node.pid === null ? '–' : String(node.pid)) },
      {
        heading: 'cpu',
        align: 'right',
        cell: (node) => (node.cpuPercent === null ? '–' : `${Math.round(node.cpuPercent)} %`),
      },
      {
        heading: 'memory',
        align: 'right',
        cell: (node) => (node.memoryBytes === null ? '–' : bytes(node.memoryBytes)),
      },
      { heading: 'works on', cell: (node) => harmless(node.attempts.map((attempt) => attempt.step).join(', ')) || '–' },
      { heading: 'reason', cell: (node) => style.dim(harmless(node.reason)) },
    ],
    style,
  )
}
