import { graphlib, layout } from '@dagrejs/dagre'
import { ReactFlow, type Edge } from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { useMemo } from 'react'
import type { Step } from './schedule.ts'
import { StepNode, type StepNodeData } from './step-node.tsx'

const width = 220
const height = 56
const nodeTypes = { step: StepNode }

interface GraphProps {
  readonly steps: readonly Step[]
  readonly critical: ReadonlySet<string>
  readonly selected: string | undefined
  readonly now: number
  readonly onSelect: (step: string) => void
}

/** The job as a graph from top to bottom; the critical path is the thick line. */
export default function Graph({ steps, critical, selected, now, onSelect }: GraphProps) {
  const shape = steps.map((step) => `${step.name}<${step.needs.join(',')}`).join(';')
  const places = useMemo(() => place(steps), [shape])
  const nodes: StepNodeData[] = steps.map((step) => ({
    id: step.name,
    type: 'step',
    position: places.get(step.name) ?? { x: 0, y: 0 },
    width,
    height,
    ariaLabel: `${step.name}, ${step.reused ? 'reused' : step.status}`,
    data: { step, selected: step.name === selected, now },
  }))
  const edges: Edge[] = steps.flatMap((step) =>
    step.needs.map((need) => ({
      id: `${need}>${step.name}`,
      source: need,
      target: step.name,
      focusable: false,
      className: `${critical.has(need) && critical.has(step.name) ? 'crit' : ''}${step.startedAt === null && !step.reused ? ' wait' : ''}`,
    })),
  )
  const rows = Math.max(0, ...[...places.values()].map(({ y }) => y)) + height
  return (
    <div className="flow" style={{ height: Math.min(Math.max(rows + 40, 140), 520) }}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.04 }}
        minZoom={0.05}
        maxZoom={1.5}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        preventScrolling={false}
        zoomOnScroll={false}
        onlyRenderVisibleElements={steps.length > 200}
        proOptions={{ hideAttribution: true }}
        onNodeClick={(_event, node) => onSelect(node.id)}
        onNodesChange={(changes) => {
          for (const change of changes) if (change.type === 'select' && change.selected) onSelect(change.id)
        }}
      />
    </div>
  )
}

function place(steps: readonly Step[]): ReadonlyMap<string, { x: number; y: number }> {
  const graph = new graphlib.Graph()
  graph.setGraph({ rankdir: 'TB', nodesep: 24, ranksep: 44 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const step of steps) graph.setNode(step.name, { width, height })
  for (const step of steps) for (const need of step.needs) graph.setEdge(need, step.name)
  layout(graph)
  return new Map(
    steps.map((step) => {
      const { x, y } = graph.node(step.name)
      return [step.name, { x: x - width / 2, y: y - height / 2 }]
    }),
  )
}
