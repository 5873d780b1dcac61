import { Handle, Position, type Node, type NodeProps } from '@xyflow/react'
import { spanText } from '../../components/format.ts'
import { Icon } from '../../components/icon.tsx'
import { stateKind, stateWord } from '../../components/state.tsx'
import { stepState, type Step } from './schedule.ts'

export type StepNodeData = Node<{ step: Step; selected: boolean; now: number }, 'step'>

/** One step in the graph: state as shape, word and colour, what it did, how long it took. */
export function StepNode({ data }: NodeProps<StepNodeData>) {
  const { step, selected, now } = data
  const state = stepState(step)
  const kind = stateKind(state)
  const took = step.reused
    ? 'Reused'
    : step.startedAt === null
      ? stateWord(step.status)
      : spanText(step.startedAt, step.endedAt, now)
  return (
    <div className={`nd ${kind === 'reused' ? 'succeeded reused' : kind}${selected ? ' sel' : ''}`}>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <span className="l1">
        <Icon name={kind} size={14} />
        <b>{step.name}</b>
        <span className="vh">{stateWord(state)}</span>
        <span className="du">{took}</span>
      </span>
      <span className="l2">{detail(step)}</span>
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </div>
  )
}

function detail(step: Step): string {
  if (step.reusedFrom !== null) return `from ${step.reusedFrom.jobId}`
  if (step.error !== null) return step.error.message
  if (step.evidence !== null) return step.evidence.reason
  if (step.status === 'running')
    return `${step.nodeId ?? step.computeTarget ?? ''}${step.attempts > 1 ? `, attempt ${step.attempts}` : ''}`
  return step.reason === '' ? (step.computeTarget ?? step.type) : step.reason
}
