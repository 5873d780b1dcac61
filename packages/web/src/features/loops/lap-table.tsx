import { Icon } from '../../components/icon.tsx'
import { When } from '../../components/text.tsx'
import { exactText } from '../../components/format.ts'
import { stageSummary } from './stage-summary.ts'
import { outcomeText, stageKind, stageNames, stageTitles, stageWord, type Loop, type Stage } from './stage-words.ts'

export interface ChosenStage {
  readonly loop: string
  readonly stage: string
}

/** Loops as laps over the same stages: how far each came and on what. The first lap is the oldest; a click shows a stage's evidence. */
export function LapTable({
  loops,
  firstLap = 1,
  chosen,
  onChoose,
}: {
  readonly loops: readonly Loop[]
  readonly firstLap?: number
  readonly chosen: ChosenStage | undefined
  readonly onChoose: (next: ChosenStage | undefined) => void
}) {
  return (
    <div
      className="scroll"
      tabIndex={0}
      role="group"
      aria-label="The loop"
      ref={(box) => void (box !== null && box.scrollLeft === 0 && (box.scrollLeft = box.scrollWidth))}
    >
      <table className="loop">
        <thead>
          <tr>
            <th>
              <span className="vh">Lap</span>
            </th>
            {stageNames.map((name) => (
              <th key={name}>{stageTitles[name]}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {loops.map((loop, index) => (
            <tr key={loop.id}>
              <th scope="row" title={`${loop.id}, ${outcomeText(loop)}`}>
                Lap {firstLap + index}
                <span className="lapw">
                  <When at={loop.startedAt} />
                </span>
              </th>
              {stageNames.map((name) => {
                const stage = loop.stages.find((one) => one.name === name)
                return (
                  <StageCell
                    key={name}
                    loop={loop}
                    stage={stage}
                    isChosen={chosen?.loop === loop.id && chosen.stage === name}
                    onClick={(isChosen) => onChoose(isChosen ? undefined : { loop: loop.id, stage: name })}
                  />
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function StageCell({
  loop,
  stage,
  isChosen,
  onClick,
}: {
  readonly loop: Loop
  readonly stage: Stage | undefined
  readonly isChosen: boolean
  readonly onClick: (isChosen: boolean) => void
}) {
  if (stage === undefined)
    return (
      <td className="queued">
        <span className="lc2">
          <span className="st queued">
            <Icon name="queued" size={14} />
          </span>
          <b>next</b>
        </span>
      </td>
    )
  const kind = stageKind[stage.status]
  const when = stage.endedAt ?? stage.startedAt
  const { head, line } = stageSummary(loop, stage)
  return (
    <td className={`${kind}${isChosen ? ' chosen' : ''}`}>
      <button
        type="button"
        className="lc2"
        aria-expanded={isChosen}
        title={when === null ? undefined : `${stage.title} ${exactText(when)}`}
        onClick={() => onClick(isChosen)}
      >
        <span className={`st ${kind}`}>
          <Icon name={kind} size={14} />
          <span className="vh">{stageWord[stage.status]}</span>
        </span>
        <b>{head}</b>
        <span className="ld">{line}</span>
      </button>
    </td>
  )
}
