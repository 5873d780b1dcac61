import { AppLink } from './app-link.tsx'
import { exactText } from './format.ts'
import { Icon } from './icon.tsx'
import { stateKind, stateWord } from './state.tsx'

export interface LaneMark {
  readonly name: string
  readonly at: string
  readonly endedAt?: string | null
  readonly status: string
  readonly link: string
}

const closestPercent = 2

/** Marks on a piece of the clock; marks that would cover each other are one with a count. */
export function Lane({
  title,
  basis,
  marks,
  from,
  to,
}: {
  readonly title: string
  readonly basis: string
  readonly marks: readonly LaneMark[]
  readonly from: number
  readonly to: number
}) {
  const groups: { place: number; marks: LaneMark[] }[] = []
  for (const mark of marks) {
    const place = ((Date.parse(mark.at) - from) / (to - from)) * 100
    if (place < 0 || place > 100) continue
    const last = groups.at(-1)
    if (last !== undefined && place - last.place < closestPercent) last.marks.push(mark)
    else groups.push({ place, marks: [mark] })
  }
  return (
    <div className="lane">
      <div className="ll">
        <b>{title}</b>
        <span>{basis}</span>
      </div>
      <div className="lc" style={{ height: 30 }}>
        {groups.map(({ place, marks: together }) => {
          const worst = together.find((mark) => stateKind(mark.status) === 'failed') ?? together.at(-1)
          if (worst === undefined) return null
          const kind = stateKind(worst.status)
          return (
            <span
              key={`${place}${worst.link}`}
              className={`jm ${kind === 'reused' ? 'succeeded' : kind}`}
              style={{ left: `${Math.min(Math.max(place, 1.2), 98.8)}%` }}
            >
              <AppLink
                to={worst.link}
                label={`${worst.name}, ${worst.status}, ${exactText(worst.at)}${together.length > 1 ? `, and ${together.length - 1} more` : ''}`}
              >
                <Icon name={kind} size={14} />
              </AppLink>
              <span aria-hidden="true">{together.length > 1 ? together.length : ''}</span>
            </span>
          )
        })}
      </div>
    </div>
  )
}

/** What lasted from one time to another, as bars on a piece of the clock. */
export function SpanLane({
  title,
  basis,
  marks,
  from,
  to,
}: {
  readonly title: string
  readonly basis: string
  readonly marks: readonly LaneMark[]
  readonly from: number
  readonly to: number
}) {
  const place = (time: number): number => Math.min(100, Math.max(0, ((time - from) / (to - from)) * 100))
  return (
    <div className="lane">
      <div className="ll">
        <b>{title}</b>
        <span>{basis}</span>
      </div>
      <div className="lc" style={{ height: 28 }}>
        {marks.map((mark) => {
          const start = place(Date.parse(mark.at))
          const end = mark.endedAt == null ? 100 : place(Date.parse(mark.endedAt))
          const kind = stateKind(mark.status)
          const tone = kind === 'succeeded' || kind === 'queued' ? ' done' : kind === 'running' ? ' run' : ''
          return (
            <div
              key={`${mark.at}${mark.link}${mark.name}`}
              className={`al${tone}`}
              style={{ left: `min(${start}%, calc(100% - 24px))`, width: `${end - start}%` }}
            >
              <AppLink
                to={mark.link}
                label={`${mark.name}, ${stateWord(mark.status)}, since ${exactText(mark.at)}${mark.endedAt == null ? '' : ` until ${exactText(mark.endedAt)}`}`}
              >
                <Icon name={kind} size={13} />
                <span>{mark.name}</span>
              </AppLink>
            </div>
          )
        })}
      </div>
    </div>
  )
}
