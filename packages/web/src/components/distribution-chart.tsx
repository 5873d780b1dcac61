import { useRef } from 'react'
import { shortText } from './format.ts'
import { scaleOf } from './scale.ts'
import { useWidth } from './use-width.ts'

export interface Distribution {
  readonly kind: 'numeric' | 'categorical'
  readonly edges?: readonly number[] | undefined
  readonly categories?: readonly string[] | undefined
  readonly reference: readonly number[]
  readonly current: readonly number[]
}

const height = 218
const margin = { left: 38, right: 8, top: 22, bottom: 36 }
const middle = (margin.top + height - margin.bottom) / 2
const mostCategories = 12

/** Then above the line, now below it, as shares of their rows over the same bins or categories. */
export function DistributionChart({
  name,
  distribution,
}: {
  readonly name: string
  readonly distribution: Distribution
}) {
  const box = useRef<HTMLElement>(null)
  const width = useWidth(box)
  const { bins, isDensity } = scaledBins(distribution)
  const highest = Math.max(0.01, ...bins.map((bin) => Math.max(bin.tall, bin.deep)))
  const most = isDensity ? highest : niceShare(highest)
  const up = (share: number): number => middle - (share / most) * (middle - margin.top - 4)
  const down = (share: number): number => middle + (share / most) * (middle - margin.top - 4)
  const plot = Math.max(0, width - margin.left - margin.right)
  const x = (share: number): number => margin.left + share * plot
  const before = medianOf(distribution, distribution.reference)
  const now = medianOf(distribution, distribution.current)
  return (
    <figure className="chart" ref={box} style={{ minHeight: height }}>
      {width === 0 ? null : (
        <svg width={width} height={height} role="img" aria-label={saysOf(name, distribution, before, now)}>
          <text x={0} y={11}>
            {isDensity ? 'Density of rows' : 'Share of rows'}
          </text>
          {[most / 2, most].map((share) => (
            <g key={share}>
              <line x1={margin.left} x2={width - margin.right} y1={up(share)} y2={up(share)} className="grid" />
              <line x1={margin.left} x2={width - margin.right} y1={down(share)} y2={down(share)} className="grid" />
              <text x={margin.left - 7} y={up(share) + 4} textAnchor="end">
                {isDensity ? '' : `${Math.round(share * 1000) / 10} %`}
              </text>
              <text x={margin.left - 7} y={down(share) + 4} textAnchor="end">
                {isDensity ? '' : `${Math.round(share * 1000) / 10} %`}
              </text>
            </g>
          ))}
          {bins.map((bin) => (
            <g key={bin.label}>
              <title>{`${bin.label}: then ${(bin.before * 100).toFixed(1)} %, now ${(bin.now * 100).toFixed(1)} %`}</title>
              <rect
                x={x(bin.from)}
                y={margin.top}
                width={x(bin.to) - x(bin.from)}
                height={height - margin.top - margin.bottom}
                fill="transparent"
              />
              <rect
                x={x(bin.from) + 0.5}
                width={Math.max(1, x(bin.to) - x(bin.from) - 1)}
                y={up(bin.tall)}
                height={middle - up(bin.tall)}
                style={{ fill: 'var(--text-3)' }}
                opacity={0.55}
              />
              <rect
                x={x(bin.from) + 0.5}
                width={Math.max(1, x(bin.to) - x(bin.from) - 1)}
                y={middle}
                height={down(bin.deep) - middle}
                style={{ fill: 'var(--h4)' }}
              />
            </g>
          ))}
          <line x1={margin.left} x2={width - margin.right} y1={middle} y2={middle} className="axis" />
          <Ends distribution={distribution} bins={bins} x={x} width={width} />
          <Median at={before} edges={distribution.edges} x={x} word="then" upper />
          <Median at={now} edges={distribution.edges} x={x} word="now" upper={false} />
          <text x={margin.left + plot / 2} y={height - 3} textAnchor="middle">
            {name.length > 40 ? `${name.slice(0, 39)}…` : name}
          </text>
        </svg>
      )}
    </figure>
  )
}

function Median({
  at,
  edges,
  x,
  word,
  upper,
}: {
  readonly at: number | null
  readonly edges: readonly number[] | undefined
  readonly x: (share: number) => number
  readonly word: string
  readonly upper: boolean
}) {
  const [low, high] = [edges?.[0], edges?.at(-1)]
  if (at === null || low === undefined || high === undefined || high <= low) return null
  const place = x((at - low) / (high - low))
  const toLeft = place > x(0.5)
  return (
    <g>
      <line
        x1={place}
        x2={place}
        y1={upper ? margin.top : middle}
        y2={upper ? middle : height - margin.bottom}
        strokeWidth={1.5}
        style={{ stroke: 'var(--text)' }}
      />
      <text
        className="halo"
        x={place + (toLeft ? -5 : 5)}
        y={upper ? margin.top + 9 : height - margin.bottom - 4}
        textAnchor={toLeft ? 'end' : 'start'}
      >
        {`${word}, median ${shortText(at)}`}
      </text>
    </g>
  )
}

function Ends({
  distribution,
  bins,
  x,
  width,
}: {
  readonly distribution: Distribution
  readonly bins: readonly Bin[]
  readonly x: (share: number) => number
  readonly width: number
}) {
  const line = height - margin.bottom + 15
  if (distribution.kind === 'categorical')
    return bins.map((bin) => {
      const room = Math.floor((x(bin.to) - x(bin.from)) / 6.4)
      return room < 2 ? null : (
        <text key={bin.label} x={x((bin.from + bin.to) / 2)} y={line} textAnchor="middle">
          {bin.label.length > room ? `${bin.label.slice(0, Math.max(1, room - 1))}…` : bin.label}
        </text>
      )
    })
  const { edges = [] } = distribution
  const [low, high] = [edges[0], edges.at(-1)]
  if (low === undefined || high === undefined) return null
  if (high <= low)
    return (
      <text x={x(0.5)} y={line} textAnchor="middle">
        {shortText(low)}
      </text>
    )
  return scaleOf([low, high], true)
    .ticks.map((tick) => ({ tick, place: x((tick - low) / (high - low)) }))
    .filter(({ place }) => place >= margin.left && place <= width - margin.right)
    .map(({ tick, place }) => (
      <text key={tick} x={place} y={line} textAnchor="middle">
        {tick}
      </text>
    ))
}

interface Bin {
  readonly label: string
  readonly from: number
  readonly to: number
  readonly before: number
  readonly now: number
}

/** Bins of unequal width are drawn by density, so that the area is the share; equal ones by their share. */
function scaledBins(distribution: Distribution): {
  readonly bins: readonly (Bin & { readonly tall: number; readonly deep: number })[]
  readonly isDensity: boolean
} {
  const bins = binsOf(distribution)
  const widths = bins.map((bin) => bin.to - bin.from)
  const isDensity = distribution.kind === 'numeric' && Math.max(...widths) > 1.5 * Math.min(...widths)
  const scale = (share: number, width: number): number => (isDensity ? share / Math.max(width, 1e-6) : share)
  return {
    isDensity,
    bins: bins.map((bin) => ({
      ...bin,
      tall: scale(bin.before, bin.to - bin.from),
      deep: scale(bin.now, bin.to - bin.from),
    })),
  }
}

function binsOf({ kind, edges = [], categories = [], reference, current }: Distribution): readonly Bin[] {
  const sums = [sum(reference), sum(current)]
  const shares = reference.map((count, index) => ({
    before: count / (sums[0] || 1),
    now: (current[index] ?? 0) / (sums[1] || 1),
  }))
  if (kind === 'numeric') {
    const [low = 0, high = 1] = [edges[0], edges.at(-1)]
    const place = (edge: number): number => (high > low ? (edge - low) / (high - low) : 0.5)
    return shares.map((share, index) => {
      const [from = low, to = high] = [edges[index], edges[index + 1]]
      return {
        label: `${shortText(from)} to ${shortText(to)}`,
        from: high > low ? place(from) : 0.4,
        to: high > low ? place(to) : 0.6,
        ...share,
      }
    })
  }
  const named = shares.map((share, index) => ({ label: categories[index] ?? '', ...share }))
  const ordered = named.toSorted((a, b) => Math.max(b.before, b.now) - Math.max(a.before, a.now))
  const shown = ordered.slice(0, mostCategories)
  const rest = ordered.slice(mostCategories)
  if (rest.length > 0)
    shown.push({
      label: `${rest.length} more`,
      before: sum(rest.map((one) => one.before)),
      now: sum(rest.map((one) => one.now)),
    })
  return shown.map((one, index) => ({ ...one, from: index / shown.length, to: (index + 1) / shown.length }))
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)

/** The median as far as bins tell: within the bin that holds it, rows are taken as spread evenly. */
export function medianOf({ kind, edges = [] }: Distribution, counts: readonly number[]): number | null {
  const half = sum(counts) / 2
  if (kind !== 'numeric' || half === 0) return null
  let before = 0
  for (const [index, count] of counts.entries()) {
    if (before + count >= half && count > 0) {
      const [from = 0, to = 0] = [edges[index], edges[index + 1]]
      return Number((from + ((half - before) / count) * (to - from)).toPrecision(4))
    }
    before += count
  }
  return null
}

function niceShare(share: number): number {
  for (const step of [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1]) if (share <= step) return step
  return 1
}

function saysOf(
  name: string,
  { kind, reference, current }: Distribution,
  before: number | null,
  now: number | null,
): string {
  const rows = `${sum(reference)} rows then, ${sum(current)} rows now`
  if (kind === 'categorical' || before === null || now === null) return `Distribution of ${name}: ${rows}`
  return `Distribution of ${name}: median ${shortText(before)} then, ${shortText(now)} now; ${rows}`
}
