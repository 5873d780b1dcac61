import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import * as automations from '../../api/automation-queries.ts'
import { AppLink, pathIn } from '../../components/app-link.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import { SectionHead } from '../../components/text.tsx'
import { LapTable, type ChosenStage } from './lap-table.tsx'
import { StageEvidence } from './stage-evidence.tsx'
import { loopKind, outcomeText } from './stage-words.ts'

const shownLaps = 4

/** The newest loops as one story, oldest above, with the evidence of the chosen stage below. */
export function LoopStory({
  ws,
  filter,
  basis,
  empty,
  chosen,
  onChoose,
}: {
  readonly ws: string
  readonly filter: automations.LoopFilter
  readonly basis: string
  readonly empty: string
  readonly chosen: ChosenStage | undefined
  readonly onChoose: (next: ChosenStage | undefined) => void
}) {
  const list = useInfiniteQuery(automations.loops(ws, filter))
  const all = list.data?.pages.flatMap((page) => page.items) ?? []
  const laps = all.slice(0, shownLaps).toReversed()
  const newest = all[0]
  // A list leaves out the long evidence; the opened loop is asked for whole.
  const whole = useQuery({ ...automations.loop(ws, chosen?.loop ?? ''), enabled: chosen !== undefined })
  const opened = whole.data ?? all.find((one) => one.id === chosen?.loop)
  const stage = opened?.stages.find((one) => one.name === chosen?.stage)
  const firstLap = Math.max(1, all.length - laps.length + 1)
  return (
    <section className="sec s1">
      <SectionHead title="The loop" basis={basis}>
        {newest === undefined ? undefined : (
          <AppLink to={pathIn(ws, 'loops', newest.id)} className={`st ${loopKind[newest.status]}`}>
            <Icon name={loopKind[newest.status]} size={14} />
            Lap {all.length} {outcomeText(newest)}
          </AppLink>
        )}
      </SectionHead>
      {list.isError ? <ErrorPanel error={list.error} /> : null}
      {list.data !== undefined && laps.length === 0 ? <p className="note">{empty}</p> : null}
      {laps.length === 0 ? null : <LapTable loops={laps} firstLap={firstLap} chosen={chosen} onChoose={onChoose} />}
      {newest !== undefined && newest.reason !== '' ? <p className="note">{newest.reason}</p> : null}
      {opened === undefined || stage === undefined ? null : (
        <StageEvidence ws={ws} loop={opened} stage={stage} onClose={() => onChoose(undefined)} />
      )}
      {all.length > shownLaps ? (
        <p className="note">
          <AppLink to={pathIn(ws, 'loops')} className="link">
            All loops
          </AppLink>
        </p>
      ) : null}
    </section>
  )
}
