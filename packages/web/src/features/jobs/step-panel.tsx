import { useState } from 'react'
import { AppLink, pathIn } from '../../components/app-link.tsx'
import { bytesText, shortId } from '../../components/format.ts'
import { SectionHead } from '../../components/text.tsx'
import { State } from '../../components/state.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { GateEvidence } from '../models/gate-evidence.tsx'
import { stepState, type Job, type Step } from './schedule.ts'
import { StepLog } from './step-log.tsx'

type Tab = 'log' | 'outputs' | 'gate'

/** Beside the graph: the log of the chosen step, its outputs, and the gate's evidence. */
export function StepPanel({ ws, job, step }: { readonly ws: string; readonly job: Job; readonly step: Step }) {
  const [follow, setFollow] = useState(step.endedAt === null)
  const [tab, setTab] = useState<Tab>(step.evidence === null ? 'log' : 'gate')
  const tabs: { value: Tab; text: string }[] = [
    { value: 'log', text: 'Log' },
    { value: 'outputs', text: 'Outputs' },
    ...(step.evidence === null ? [] : [{ value: 'gate' as const, text: 'Gate' }]),
  ]
  const shown = tab === 'gate' && step.evidence === null ? 'log' : tab
  return (
    <section className="lp">
      <SectionHead title={step.name} basis={<State status={stepState(step)} />}>
        {step.runId === null ? null : (
          <AppLink to={pathIn(ws, 'runs', step.runId)} className="link">
            Run {shortId(step.runId)}
          </AppLink>
        )}
        <label className="row">
          <input type="checkbox" checked={follow} onChange={(event) => setFollow(event.target.checked)} /> Follow
        </label>
      </SectionHead>
      <Tabs label="What of the step" value={shown} options={tabs} onChange={setTab} />
      {shown === 'log' ? (
        <StepLog key={step.name} ws={ws} id={job.id} step={step.name} attempts={step.attempts} follow={follow} />
      ) : null}
      {shown === 'outputs' ? <Outputs step={step} /> : null}
      {shown === 'gate' && step.evidence !== null ? <GateEvidence evidence={step.evidence} /> : null}
    </section>
  )
}

function Outputs({ step }: { readonly step: Step }) {
  if (step.outputs.length === 0) return <p className="note">This step has no output yet.</p>
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label="Outputs">
      <table>
        <thead>
          <tr>
            <th>Output</th>
            <th>Content</th>
            <th className="r">Size</th>
          </tr>
        </thead>
        <tbody>
          {step.outputs.map((output) => (
            <tr key={output.name}>
              <td className="m">{output.name}</td>
              <td className="mono sub">{output.tree.slice(0, 12)}</td>
              <td className="r">{bytesText(output.sizeBytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
