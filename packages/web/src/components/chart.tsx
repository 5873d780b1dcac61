import { lazy, Suspense } from 'react'
import type { ChartSpec } from './plot.tsx'
import { SkeletonBlock } from './skeleton.tsx'

const Plot = lazy(() => import('./plot.tsx'))

/** A line chart with read-out; its library comes only when a chart is shown. */
export function Chart(spec: ChartSpec) {
  return (
    <Suspense fallback={<SkeletonBlock height={spec.height ?? 180} />}>
      <Plot {...spec} />
    </Suspense>
  )
}
