import { useInfiniteQuery } from '@tanstack/react-query'
import * as queries from '../../api/automation-queries.ts'
import { AppLink, pathIn } from '../../components/app-link.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { shortId, spanText } from '../../components/format.ts'
import { Icon } from '../../components/icon.tsx'
import { MoreButton } from '../../components/more-button.tsx'
import { SkeletonTable } from '../../components/skeleton.tsx'
import { stateWord } from '../../components/state.tsx'
import { When } from '../../components/text.tsx'
import { loopKind, stageKind, stageTitles, stageWord, type Loop } from './stage-words.ts'

/** Loops, newest first: how far each came, and how it ended. */
export function LoopTable({ ws, filter }: { readonly ws: string; readonly filter: queries.LoopFilter }) {
  const list = useInfiniteQuery(queries.loops(ws, filter))
  const loops = list.data?.pages.flatMap((page) => page.items) ?? []
  if (list.isError) return <ErrorPanel error={list.error} />
  if (list.data === undefined) return <SkeletonTable columns={['Loop', 'State', 'Stages', 'Why', 'Started']} />
  if (loops.length === 0)
    return (
      <p className="note">
        No loop yet. An alert whose monitor names a trigger starts one: retrain, gate, deploy, rollout, promote; or why
        not.
      </p>
    )
  return (
    <>
      <div className="scroll" tabIndex={0} role="group" aria-label="Loops">
        <table style={{ minWidth: 880 }}>
          <thead>
            <tr>
              <th>Loop</th>
              <th>State</th>
              <th>Stages</th>
              <th>Model</th>
              <th>Reason</th>
              <th className="r">Took</th>
              <th className="r">Started</th>
            </tr>
          </thead>
          <tbody>
            {loops.map((loop) => (
              <tr key={loop.id}>
                <td>
                  <AppLink to={pathIn(ws, 'loops', loop.id)} className="m link">
                    {loop.trigger}
                  </AppLink>
                  <span className="dim">
                    {' '}
                    {loop.monitor === null ? `by hand, ${shortId(loop.id)}` : `alert of ${loop.monitor}`}
                  </span>
                </td>
                <td>
                  <LoopState loop={loop} />
                </td>
                <td>
                  <Stages loop={loop} />
                </td>
                <td>
                  {loop.model === null || loop.version === null ? (
                    <span className="dim">none</span>
                  ) : (
                    <AppLink to={pathIn(ws, 'models', loop.model, loop.version)} className="link">
                      {loop.model}:{loop.version}
                    </AppLink>
                  )}
                </td>
                <td className="wrapc sub">{loop.reason}</td>
                <td className="r sub">{spanText(loop.startedAt, loop.endedAt)}</td>
                <td className="r sub">
                  <When at={loop.startedAt} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <MoreButton list={list} />
    </>
  )
}

export function LoopState({ loop }: { readonly loop: Loop }) {
  const kind = loopKind[loop.status]
  return (
    <span className={`st ${kind}`}>
      <Icon name={kind} size={14} />
      {loop.status === 'waiting' ? 'Waits for approval' : stateWord(loop.status)}
    </span>
  )
}

function Stages({ loop }: { readonly loop: Loop }) {
  return (
    <span className="row" style={{ gap: 4 }}>
      {loop.stages.map((stage) => (
        <span
          key={stage.name}
          className={`st ${stageKind[stage.status]}`}
          title={`${stageTitles[stage.name]}: ${stageWord[stage.status]}`}
        >
          <Icon name={stageKind[stage.status]} size={14} />
          <span className="vh">
            {stageTitles[stage.name]} {stageWord[stage.status]}
          </span>
        </span>
      ))}
    </span>
  )
}
