import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useMemo, useRef, useState } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { numberText } from './format.ts'

interface ChartSeries {
  readonly name: string
  readonly colour: string
  readonly values: readonly (number | null)[]
  readonly dash?: readonly number[]
  readonly step?: boolean
}
export interface ChartSpec {
  /** Axis title of y with its unit; read aloud, too. */
  readonly title: string
  readonly x: readonly number[]
  readonly xTitle: string
  /** x in milliseconds since 1970 shows as clock times. */
  readonly time?: boolean
  /** With `time`: the day stands beside the clock. */
  readonly days?: boolean
  readonly series: readonly ChartSeries[]
  readonly height?: number
  readonly fromZero?: boolean
  /** y counts things, so that between two whole numbers there is nothing to read. */
  readonly whole?: boolean
  /** Charts with the same key share their cursor. */
  readonly sync?: string
}

const resolve = (colour: string): string => {
  const name = /^var\((--[\w-]+)\)$/.exec(colour)?.[1]
  return name === undefined ? colour : getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** Draws one spec with uPlot: hover reads all series, dragging zooms, a double click resets. */
export default function Plot(spec: ChartSpec) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(null)
  const scheme = useComputedColorScheme('light')
  const [at, setAt] = useState<number | null>(null)
  const { title, x, xTitle, time = false, series, height = 180, fromZero = false, whole = false, sync } = spec
  const shape = useMemo(
    () =>
      JSON.stringify([
        title,
        xTitle,
        time,
        spec.days,
        height,
        fromZero,
        whole,
        sync,
        series.map((one) => [one.name, one.colour, one.dash, one.step]),
      ]),
    [title, xTitle, time, spec.days, height, fromZero, whole, sync, series],
  )
  const data = useMemo(
    () =>
      [time ? x.map((value) => value / 1000) : [...x], ...series.map((one) => [...one.values])] as uPlot.AlignedData,
    [x, series, time],
  )
  useEffect(() => {
    const target = box.current
    if (target === null) return undefined
    const made = new uPlot(
      { ...options(spec, target.clientWidth), hooks: { setCursor: [(self) => setAt(self.cursor.idx ?? null)] } },
      data,
      target,
    )
    plot.current = made
    const watch = new ResizeObserver(() => made.setSize({ width: target.clientWidth, height }))
    watch.observe(target)
    return () => {
      watch.disconnect()
      made.destroy()
      plot.current = null
    }
    // The shape says when a new drawing is needed; new values go into the old one below.
  }, [shape, scheme])
  useEffect(() => plot.current?.setData(data), [data])
  const shown = at ?? x.length - 1
  return (
    <figure className="plotbox">
      <figcaption className="tiny sub">{title}</figcaption>
      <div
        ref={box}
        role="img"
        aria-label={`${title} by ${xTitle}: ${series.map((one) => one.name).join(', ')}`}
        style={{ height }}
      />
      <ul className="facts" aria-hidden="true">
        {series.map((one) => (
          <li key={one.name} className="row">
            <i
              className="key"
              style={{ ['--c' as string]: one.colour, ['--ls' as string]: one.dash === undefined ? 'solid' : 'dashed' }}
            />
            {one.name} <b>{numberText(one.values[shown] ?? Number.NaN)}</b>
          </li>
        ))}
        <li>
          {xTitle} {x[shown] === undefined ? '' : time ? timeText(x[shown], spec.days === true) : numberText(x[shown])}
        </li>
      </ul>
    </figure>
  )
}

function options(
  { time = false, days = false, series, height = 180, fromZero = false, whole = false, sync }: ChartSpec,
  width: number,
): uPlot.Options {
  const axis = {
    stroke: resolve('var(--text-2)'),
    font: '11px "Inter Variable", sans-serif',
    grid: { stroke: resolve('var(--line)'), width: 1 },
    ticks: { show: false },
  }
  return {
    width,
    height,
    legend: { show: false },
    cursor: {
      points: { size: 7 },
      drag: { x: true, y: false },
      ...(sync === undefined ? {} : { sync: { key: sync } }),
    },
    scales: {
      x: {
        time,
        // A single point stands in the middle of an hour, not of a decade.
        ...(time
          ? {
              range: (self: uPlot, low: number, high: number): [number, number] => {
                const [only = low] = self.data[0]
                return self.data[0].length === 1 ? [only - 1800, only + 1800] : [low, high]
              },
            }
          : {}),
      },
      y: fromZero ? { range: (_self, _low, high) => [0, high > 0 ? high * 1.1 : 1] as [number, number] } : {},
    },
    axes: [
      {
        ...axis,
        space: days ? 90 : 70,
        size: 28,
        ...(time
          ? {
              values: (_self: uPlot, values: number[]) => values.map((value) => timeText(value * 1000, days)),
            }
          : {}),
      },
      {
        ...axis,
        size: 52,
        values: (_self, values) => values.map((value) => tickText(value)),
        ...(whole ? { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] } : {}),
      },
    ],
    series: [
      {},
      ...(series.map((one) => ({
        label: one.name,
        stroke: resolve(one.colour),
        width: 1.5,
        spanGaps: false,
        points: { show: () => false, size: 6, filter: (self: uPlot, index: number) => aloneAt(self.data[index] ?? []) },
        ...(one.dash === undefined ? {} : { dash: [...one.dash] }),
        ...(one.step === true && uPlot.paths.stepped !== undefined ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
      })) as uPlot.Series[]),
    ],
  }
}

function tickText(value: number): string {
  const size = Math.abs(value)
  return size !== 0 && (size < 1e-4 || size >= 1e6) ? value.toExponential(1) : String(Number(value.toPrecision(5)))
}

const timeText = (at: number, days: boolean): string =>
  days
    ? new Date(at).toLocaleString('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
    : new Date(at).toLocaleTimeString('en-GB')

/** Places of values between gaps, which no line would show; null when there is none. */
function aloneAt(values: ArrayLike<number | null | undefined>): number[] | null {
  const alone: number[] = []
  for (let index = 0; index < values.length; index += 1)
    if (values[index] != null && values[index - 1] == null && values[index + 1] == null) alone.push(index)
  return alone.length === 0 ? null : alone
}
