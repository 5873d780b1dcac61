import type { Answer } from '@modelyard/client'
import { useQuery } from '@tanstack/react-query'
import { endpoint as endpointOf } from '../../api/queries.ts'
import { AppLink, pathIn } from '../../components/app-link.tsx'
import { durationText, percentText } from '../../components/format.ts'
import { SectionHead } from '../../components/text.tsx'
import { CollectionTable } from '../endpoints/collection-table.tsx'
import type { Matrix } from './heat.ts'

type Monitor = Answer<'getMonitor'>

/** How much of the traffic the windows know: labels and their delay, and what became of each prediction. */
export function Collection({
  ws,
  monitor,
  matrix,
}: {
  readonly ws: string
  readonly monitor: Monitor
  readonly matrix: Matrix
}) {
  const endpoint = useQuery(endpointOf(ws, monitor.endpoint))
  const rows = matrix.windows.reduce((sum, window) => sum + window.rows, 0)
  const labels = matrix.windows.reduce((sum, window) => sum + Math.min(window.labels, window.rows), 0)
  const newest = monitor.windows.at(-1)
  return (
    <section className="sec">
      <SectionHead
        title="Labels and collection"
        basis={`${matrix.windows.length} windows, and since the gateway counts`}
      />
      <p className="facts" style={{ margin: '8px 0' }}>
        <span>
          rows <b>{rows.toLocaleString('en-GB')}</b>
        </span>
        <span>
          with a label <b>{rows === 0 ? '–' : percentText(Math.round((labels / rows) * 1000) / 1000)}</b>
        </span>
        <span>
          labels come after{' '}
          <b>
            {newest?.labelDelayMs == null
              ? 'unknown'
              : `${durationText(newest.labelDelayMs.p50)}, 95 % within ${durationText(newest.labelDelayMs.p95)}`}
          </b>
        </span>
        {newest?.collected == null ? null : (
          <span>
            newest window knows <b>{newest.collected.stored}</b> of <b>{newest.collected.received}</b> predictions
          </span>
        )}
      </p>
      {endpoint.data === undefined ? null : <CollectionTable deployments={endpoint.data.deployments} />}
      <p className="note">
        <AppLink to={pathIn(ws, 'endpoints', monitor.endpoint)} className="link">
          Endpoint {monitor.endpoint}
        </AppLink>{' '}
        keeps the rows; labels come with <code>modelyard label add -f labels.csv --endpoint {monitor.endpoint}</code>.
      </p>
    </section>
  )
}
