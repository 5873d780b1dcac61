import { usageFailure } from '../failure.ts'
import { collect } from '../lists.ts'
import type { Session } from '../session.ts'

/** Where labels go: an endpoint, and the monitor whose key columns and label name hold. */
export interface LabelTarget {
  readonly endpoint: string
  readonly monitor: string | undefined
}

/** What was named, else the only monitor or the only endpoint of the workspace. */
export async function labelTarget(
  session: Session,
  named: { endpoint?: string | undefined; monitor?: string | undefined },
): Promise<LabelTarget> {
  const { client, workspace } = session
  if (named.monitor !== undefined) {
    const { endpoint } = await client.call('getMonitor', {
      params: { ws: workspace, name: named.monitor },
      query: { windows: 0 },
    })
    if (named.endpoint !== undefined && named.endpoint !== endpoint)
      throw usageFailure(
        `The monitor ${named.monitor} watches the endpoint ${endpoint}, not ${named.endpoint}.`,
        'Leave --endpoint out.',
      )
    return { endpoint, monitor: named.monitor }
  }
  const monitors = await collect(session, 'listMonitors', { params: { ws: workspace } })
  const mine = monitors.filter((monitor) => named.endpoint === undefined || monitor.endpoint === named.endpoint)
  const [only] = mine
  if (named.endpoint !== undefined)
    return { endpoint: named.endpoint, monitor: mine.length === 1 ? only?.name : undefined }
  const watched = [...new Set(mine.map((monitor) => monitor.endpoint))]
  if (watched.length === 1 && only !== undefined)
    return { endpoint: only.endpoint, monitor: mine.length === 1 ? only.name : undefined }
  const endpoints =
    watched.length > 1
      ? watched
      : (await collect(session, 'listEndpoints', { params: { ws: workspace } })).map((endpoint) => endpoint.name)
  const [endpoint] = endpoints
  if (endpoints.length === 1 && endpoint !== undefined) return { endpoint, monitor: undefined }
  throw usageFailure(
    endpoints.length === 0
      ? `The workspace ${workspace} has no endpoint.`
      : `The labels may belong to ${endpoints.slice(0, 10).join(', ')}.`,
    'Name it with --endpoint.',
  )
}
