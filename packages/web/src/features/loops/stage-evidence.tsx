import { AppLink } from '../../components/app-link.tsx'
import { Facts } from '../../components/facts.tsx'
import { exactText, spanText } from '../../components/format.ts'
import { Icon } from '../../components/icon.tsx'
import { isRolloutEvidence } from '../endpoints/rollout-evidence-kind.ts'
import { RolloutEvidence } from '../endpoints/rollout-evidence.tsx'
import { GateEvidence } from '../models/gate-evidence.tsx'
import { hasGateRows } from './gate-evidence.ts'
import { stageLink } from './stage-link.ts'
import { stageKind, stageTitles, stageWord, type Loop, type Stage } from './stage-words.ts'

const verbs: Readonly<Record<Stage['name'], string>> = {
  alert: 'Open the alert',
  retrain: 'Open the job',
  gate: 'Open the model version',
  deploy: 'Open the endpoint',
  rollout: 'Open the rollout',
  promote: 'Open the model version',
}

/** One stage of a loop: what was decided when, and on what. */
export function StageEvidence({
  ws,
  loop,
  stage,
  onClose,
}: {
  readonly ws: string
  readonly loop: Loop
  readonly stage: Stage
  readonly onClose: () => void
}) {
  const kind = stageKind[stage.status]
  const link = stageLink(ws, loop, stage)
  return (
    <section className="stev" aria-label={`Evidence of ${stageTitles[stage.name]}`}>
      <div className="row wrap">
        <span className={`st ${kind}`}>
          <Icon name={kind} size={14} />
          {stageTitles[stage.name]}, {stageWord[stage.status]}
        </span>
        <span className="row sp">
          {link === undefined ? null : (
            <AppLink to={link} className="btn">
              {verbs[stage.name]}
            </AppLink>
          )}
          <button type="button" className="btn ghost" onClick={onClose}>
            Close
          </button>
        </span>
      </div>
      {stage.title === '' ? null : <p className="m wrapc">{stage.title}</p>}
      {stage.detail === '' || hasGateRows(stage.evidence) ? null : <p className="sub wrapc">{stage.detail}</p>}
      {stage.startedAt === null ? null : (
        <p className="small sub">
          {exactText(stage.startedAt)}
          {stage.endedAt === null
            ? ', not ended'
            : stage.endedAt === stage.startedAt
              ? ''
              : `, took ${spanText(stage.startedAt, stage.endedAt)}`}
        </p>
      )}
      {stage.evidence === null || stage.evidence === undefined ? (
        <p className="note">No evidence was kept for this stage.</p>
      ) : hasGateRows(stage.evidence) ? (
        <GateEvidence evidence={stage.evidence} />
      ) : isRolloutEvidence(stage.evidence) ? (
        <RolloutEvidence evidence={stage.evidence} deployment={loop.deployment ?? 'candidate'} />
      ) : (
        <Facts value={stage.evidence} />
      )}
    </section>
  )
}
