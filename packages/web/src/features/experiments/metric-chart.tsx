import type { Answer } from '@modelyard/client'
import { Chart } from '../../components/chart.tsx'

type Series = Answer<'getRunMetric'>[number]

export interface Curve {
  readonly label: string
  readonly colour: string
  readonly series: Series
}

const dashes: readonly (readonly number[] | undefined)[] = [undefined, [6, 3], [2, 3], [8, 3, 2, 3]]

/** One metric of one or more runs by step; what is not a number is a gap. */
export function MetricChart({
  name,
  curves,
  sync,
}: {
  readonly name: string
  readonly curves: readonly Curve[]
  readonly sync?: string
}) {
  const steps = [...new Set(curves.flatMap(({ series }) => series.points.map((point) => point.step)))].toSorted(
    (a, b) => a - b,
  )
  const series = curves.map(({ label, colour, series: one }, index) => {
    const values = new Map(
      one.points.map((point) => [point.step, typeof point.value === 'number' ? point.value : null]),
    )
    const dash = dashes[index % dashes.length]
    return {
      name: label,
      colour,
      values: steps.map((step) => values.get(step) ?? null),
      ...(dash === undefined ? {} : { dash }),
    }
  })
  return <Chart title={name} xTitle="step" x={steps} series={series} {...(sync === undefined ? {} : { sync })} />
}
