import type { Answer } from '@modelyard/client'
import { useState } from 'react'
import { Lane, SpanLane } from '../../components/lane.tsx'
import { Segmented } from '../../components/tabs.tsx'
import { SectionHead, useNow } from '../../components/text.tsx'

type Entry = Answer<'getOverview'>['timeline'][number]
type Span = '24' | '168' | '720'

const lanes: readonly { readonly lane: Entry['lane']; readonly title: string }[] = [
  { lane: 'jobs', title: 'Jobs' },
  { lane: 'compute', title: 'Compute' },
  { lane: 'models', title: 'Models' },
  { lane: 'deployments', title: 'Deployments' },
  { lane: 'rollouts', title: 'Rollouts' },
  { lane: 'alerts', title: 'Alerts' },
  { lane: 'data', title: 'Data' },
]
const endOf = (entry: Entry, to: number): number => (entry.endedAt === null ? to : Date.parse(entry.endedAt))
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone

/** What happened, on one clock that ends now. */
export function WeekLanes({ timeline }: { readonly timeline: readonly Entry[] }) {
  const [span, setSpan] = useState<Span>('168')
  const to = useNow(30_000)
  const hours = Number(span)
  const from = to - hours * 3_600_000
  const ticks = Array.from({ length: 7 }, (_tick, index) => from + ((to - from) * (index + 0.5)) / 7)
  return (
    <section className="sec">
      <SectionHead
        title={span === '168' ? 'Last week' : span === '24' ? 'Last day' : 'Last month'}
        basis={<span className="only-mid">everything on one clock, {zone}</span>}
      >
        <Segmented
          label="How far back"
          value={span}
          options={[
            { value: '24', text: '24 h' },
            { value: '168', text: '7 d' },
            { value: '720', text: '30 d' },
          ]}
          onChange={setSpan}
        />
      </SectionHead>
      <div
        className="scroll"
        tabIndex={0}
        role="group"
        aria-label="Time line"
        ref={(box) => void (box !== null && (box.scrollLeft = box.scrollWidth))}
      >
        <div className="tl">
          {lanes.map(({ lane, title }) => {
            const lasts = lane === 'alerts' || lane === 'rollouts'
            const marks = timeline.filter(
              (entry) => entry.lane === lane && (Date.parse(entry.at) >= from || (lasts && endOf(entry, to) >= from)),
            )
            const Drawn = lasts ? SpanLane : Lane
            return (
              <Drawn
                key={lane}
                title={title}
                basis={marks.length === 0 ? (lane === 'alerts' ? 'no alert' : 'nothing happened') : `${marks.length}`}
                marks={marks}
                from={from}
                to={to}
              />
            )
          })}
          <div className="lane xs" aria-hidden="true">
            <span />
            <div className="lc" style={{ height: 18 }}>
              {ticks.map((tick, index) => (
                <span
                  key={index}
                  className="dayl"
                  style={{ left: `${((index + 0.5) / 7) * 100}%`, transform: 'translateX(-50%)' }}
                >
                  {new Date(tick).toLocaleString(
                    'en-GB',
                    hours === 24
                      ? { hour: '2-digit', minute: '2-digit' }
                      : { weekday: 'short', day: 'numeric', month: 'short' },
                  )}
                </span>
              ))}
            </div>
          </div>
        </div>
      </div>
    </section>
  )
}
