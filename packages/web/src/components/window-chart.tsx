import { numberText } from './format.ts'
import { scaleOf } from './scale.ts'

export interface WindowSeries {
  readonly name: string
  readonly colour: string
  readonly values: readonly (number | null)[]
  /** Where the level is drawn dashed. */
  readonly dashed: readonly boolean[]
}
export interface WindowMark {
  /** Column, with the share of it that has passed. */
  readonly at: number
  readonly text: string
  readonly colour: string
}

const top = 22
const bottom = 6
const closest = 18

/** Levels held over windows of equal width, one line per series, with the limit of each window and marked times. */
export function WindowChart({
  title,
  says,
  count,
  series,
  limits,
  marks,
  chosen,
  onHover,
  onPick,
  cellWidth,
  left,
  right,
  height = 210,
}: {
  readonly title: string
  readonly says: string
  readonly count: number
  readonly series: readonly WindowSeries[]
  readonly limits: readonly (number | null)[]
  readonly marks: readonly WindowMark[]
  readonly chosen: number | undefined
  readonly onHover: (column: number | undefined) => void
  readonly onPick: (column: number) => void
  readonly cellWidth: number
  readonly left: number
  readonly right: number
  readonly height?: number
}) {
  const numbers = [...series.flatMap((one) => one.values), ...limits].filter((value) => value !== null)
  const { low, high, ticks } = scaleOf(numbers)
  const y = (value: number): number => height - bottom - ((value - low) / (high - low)) * (height - bottom - top)
  const x = (column: number): number => column * cellWidth
  const width = count * cellWidth
  const columnAt = (event: { readonly nativeEvent: { readonly offsetX: number } }): number =>
    Math.min(count - 1, Math.max(0, Math.floor(event.nativeEvent.offsetX / cellWidth)))
  return (
    <figure className="chart wch" style={{ width: left + width + right }}>
      <div className="wcy" style={{ width: left, height }} aria-hidden="true">
        <span style={{ top: 3, left: 0 }}>{title}</span>
        {ticks.map((tick) => (
          <span key={tick} style={{ top: y(tick) - 8, right: 7 }}>
            {numberOf(tick)}
          </span>
        ))}
      </div>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={says}
        style={{ width }}
        onPointerMove={(event) => onHover(columnAt(event))}
        onPointerLeave={() => onHover(undefined)}
        onClick={(event) => onPick(columnAt(event))}
      >
        {ticks.map((tick) => (
          <line key={tick} x1={0} x2={width} y1={y(tick)} y2={y(tick)} className={tick === low ? 'axis' : 'grid'} />
        ))}
        {limits.map((limit, column) =>
          limit === null ? null : (
            <line key={column} x1={x(column)} x2={x(column + 1)} y1={y(limit)} y2={y(limit)} className="limit" />
          ),
        )}
        {series.map((one) => (
          <g key={one.name} style={{ stroke: one.colour }}>
            {one.values.map((value, column) => {
              const before = one.values[column - 1]
              if (value === null) return null
              const dashed = one.dashed[column] === true
              return (
                <g key={column}>
                  {before == null ? null : (
                    <line x1={x(column)} x2={x(column)} y1={y(before)} y2={y(value)} strokeWidth={1} opacity={0.35} />
                  )}
                  <line
                    x1={x(column) + 1.5}
                    x2={x(column + 1) - 1.5}
                    y1={y(value)}
                    y2={y(value)}
                    strokeWidth={3}
                    strokeDasharray={dashed ? '4 3' : undefined}
                    opacity={dashed ? 0.75 : 1}
                  />
                </g>
              )
            })}
          </g>
        ))}
        {mergeMarks(marks, cellWidth).map((mark) => {
          const place = x(mark.at)
          const toLeft = place > width - 110
          return (
            <g key={`${mark.at}/${mark.text}`}>
              <line
                x1={place}
                x2={place}
                y1={top - 2}
                y2={height - bottom}
                strokeWidth={1}
                style={{ stroke: mark.colour }}
              />
              <text
                x={place + (toLeft ? -5 : 5)}
                y={top - 8}
                textAnchor={toLeft ? 'end' : 'start'}
                className="markt"
                style={{ fill: mark.colour === 'var(--attention)' ? mark.colour : 'var(--text)' }}
              >
                {mark.text}
              </text>
            </g>
          )
        })}
        {chosen === undefined ? null : (
          <g>
            <line
              x1={x(chosen + 0.5)}
              x2={x(chosen + 0.5)}
              y1={top}
              y2={height - bottom}
              className="cross"
              pointerEvents="none"
            />
            {series.map((one) => {
              const value = one.values[chosen]
              return value == null ? null : (
                <circle
                  key={one.name}
                  cx={x(chosen + 0.5)}
                  cy={y(value)}
                  r={3.5}
                  strokeWidth={1.5}
                  style={{ fill: one.colour, stroke: 'var(--bg)' }}
                />
              )
            })}
          </g>
        )}
      </svg>
    </figure>
  )
}

const numberOf = (value: number): string => (Math.abs(value) >= 1e5 ? numberText(value) : String(value))

/** Marks that would touch become one with their number. */
function mergeMarks(marks: readonly WindowMark[], cellWidth: number): readonly WindowMark[] {
  const merged: { at: number; texts: string[]; colour: string }[] = []
  for (const mark of marks.toSorted((a, b) => a.at - b.at)) {
    const last = merged.at(-1)
    if (last !== undefined && (mark.at - last.at) * cellWidth < closest) last.texts.push(mark.text)
    else merged.push({ at: mark.at, texts: [mark.text], colour: mark.colour })
  }
  return merged.map(({ at, texts, colour }) => {
    const different = [...new Set(texts)]
    const [only = ''] = different
    const text =
      texts.length === 1 ? only : different.length === 1 ? `${texts.length} ${only}s` : `${texts.length} marks`
    return { at, text: different.length === 2 && texts.length === 2 ? different.join(', ') : text, colour }
  })
}
