import type { Answer } from '@modelyard/client'
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef } from 'react'
import { HeatGrid, type HeatPlace } from '../../components/heat-grid.tsx'
import { shortText } from '../../components/format.ts'
import { versionColour } from '../../components/series-colour.ts'
import { useWidth } from '../../components/use-width.ts'
import { WindowChart, type WindowMark } from '../../components/window-chart.tsx'
import { servingRuns, versionLines, type VersionLine } from './accuracy.ts'
import { gridRows } from './grid-rows.ts'
import type { Matrix, MatrixRow, RowGroup } from './heat.ts'
import { placeOf, windowLabel, windowName } from './windows.ts'

type Monitor = Answer<'getMonitor'>

const left = 118
const right = 58
const narrowest = 36
const widest = 96

export const lineColour = (line: VersionLine): string =>
  line.version === null ? 'var(--s6)' : versionColour(line.version)

/** Accuracy by model version and drift by feature on one axis of windows; what serves is the bar above. */
export function StillRight({
  monitor,
  matrix,
  groups,
  metric,
  chosen,
  hovered,
  onHover,
  onChoose,
}: {
  readonly monitor: Monitor
  readonly matrix: Matrix
  readonly groups: readonly RowGroup[]
  readonly metric: string
  readonly chosen: { readonly row: MatrixRow | undefined; readonly column: number } | undefined
  readonly hovered: number | undefined
  readonly onHover: (column: number | undefined) => void
  readonly onChoose: (row: MatrixRow | undefined, column: number) => void
}) {
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const count = matrix.windows.length
  const cellWidth = Math.min(widest, Math.max(narrowest, (width - left - right) / Math.max(1, count)))
  const names = useMemo(
    () => matrix.windows.map((window) => windowName(monitor.window, window)),
    [matrix.windows, monitor.window],
  )
  const columns = useMemo(
    () =>
      matrix.windows.map((window, index) => ({
        key: window.start,
        name: names[index] ?? '',
        ...windowLabel(monitor.window, window),
      })),
    [matrix.windows, monitor.window, names],
  )
  const rows = useMemo(() => gridRows(matrix, groups, names), [matrix, groups, names])
  const lines = useMemo(() => versionLines(matrix, metric), [matrix, metric])
  const runs = useMemo(() => servingRuns(lines, count), [lines, count])
  const marks = useMemo(() => marksOf(monitor, matrix, lines, runs), [monitor, matrix, lines, runs])
  useLayoutEffect(() => {
    if (box.current !== null && width > 0) box.current.scrollLeft = box.current.scrollWidth
  }, [width, count])
  const row = rows.findIndex((one) => one.source !== undefined && one.source === chosen?.row)
  const column = chosen?.column
  const selected = useMemo(() => (row < 0 || column === undefined ? undefined : { row, column }), [row, column])
  // The grid is large; moving the cursor over the chart must not draw it again.
  const choose = useRef(onChoose)
  useEffect(() => {
    choose.current = onChoose
  })
  const select = useCallback((place: HeatPlace) => choose.current(rows[place.row]?.source, place.column), [rows])
  return (
    <div className="scroll" ref={box} tabIndex={0} role="group" aria-label="Accuracy and drift by window">
      <div className="stack" style={{ width: width === 0 ? undefined : left + count * cellWidth + right }}>
        {width === 0 ? <div style={{ height: 300 }} /> : null}
        {width > 0 && lines.length > 0 ? (
          <>
            <div className="champ">
              <span className="hgl" style={{ width: left }}>
                serving
              </span>
              {runs.map((run) => {
                const line = run.line === null ? undefined : lines[run.line]
                return line === undefined ? (
                  <i
                    key={run.from}
                    style={{ width: (run.to - run.from) * cellWidth - 2, borderColor: 'transparent' }}
                  />
                ) : (
                  <i
                    key={run.from}
                    style={{ width: (run.to - run.from) * cellWidth - 2, ['--c' as string]: lineColour(line) }}
                  >
                    {line.name}
                  </i>
                )
              })}
            </div>
            <WindowChart
              title={metric}
              says={saysOf(metric, lines, names)}
              count={count}
              series={lines.map((line) => ({
                name: line.name,
                colour: lineColour(line),
                values: line.values,
                dashed: line.serving.map((serves) => !serves),
              }))}
              limits={matrix.limits[metric] ?? []}
              marks={marks}
              chosen={hovered ?? chosen?.column}
              onHover={onHover}
              onPick={(column) => onChoose(chosen?.row, column)}
              cellWidth={cellWidth}
              left={left}
              right={right}
            />
          </>
        ) : null}
        {width > 0 && count > 0 ? (
          <HeatGrid
            label="Drift by feature and window, as numbers with their limits"
            limitTitle="limit"
            columns={columns}
            rows={rows}
            selected={selected}
            onSelect={select}
            scroller={box}
            cellWidth={cellWidth}
            left={left}
            right={right}
          />
        ) : null}
      </div>
    </div>
  )
}

/** Alerts where they began, and where another version took over. */
function marksOf(
  monitor: Monitor,
  matrix: Matrix,
  lines: readonly VersionLine[],
  runs: ReturnType<typeof servingRuns>,
): readonly WindowMark[] {
  const alerts = monitor.alerts
    .filter((alert) => alert.status !== 'pending')
    .map((alert) => placeOf(matrix.windows, alert.since))
    .filter((place) => place !== undefined)
    .map((at) => ({ at, text: 'alert', colour: 'var(--attention)' }))
  const promotions = runs.slice(1).flatMap((run) => {
    const line = run.line === null ? undefined : lines[run.line]
    return line === undefined ? [] : [{ at: run.from, text: `${line.name} promoted`, colour: lineColour(line) }]
  })
  return [...promotions, ...alerts]
}

function saysOf(metric: string, lines: readonly VersionLine[], names: readonly string[]): string {
  const newest = lines.map((line) => {
    const column = line.values.findLastIndex((value) => value !== null)
    const value = line.values[column]
    return value == null ? `${line.name} has none` : `${line.name} ${shortText(value)} in ${names[column] ?? ''}`
  })
  return `${metric} by window and model version; newest: ${newest.join(', ')}`
}

/** What the colours mean. */
export function HeatLegend() {
  return (
    <div className="hl" aria-hidden="true">
      <span className="sub">value to limit</span>
      {['quiet', '0.4', '0.6', '0.8', 'alert', '1.5', '2 and more'].map((text, level) => (
        <i key={text} style={{ background: `var(--h${level})`, color: `var(--h${level}t)` }}>
          {text}
        </i>
      ))}
    </div>
  )
}
