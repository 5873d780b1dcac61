import type { Answer, ItemOf } from '@modelyard/client'
import { useQuery } from '@tanstack/react-query'
import { monitors as monitorsOf } from '../../api/monitor-queries.ts'
import * as queries from '../../api/queries.ts'
import { AppLink, pathIn } from '../../components/app-link.tsx'
import { countText, shortText } from '../../components/format.ts'
import { versionColour } from '../../components/series-colour.ts'
import { Figure, SectionHead } from '../../components/text.tsx'

type Overview = Answer<'getOverview'>
type Monitor = ItemOf<'listMonitors'>
interface FoundAccuracy {
  readonly metric: string
  readonly value: number
  readonly beyond: boolean
}

/** What answers requests at present, how fast, and how right it was in the newest window of its monitor. */
export function LiveTable({ ws, overview: data }: { readonly ws: string; readonly overview: Overview }) {
  const endpoints = useQuery(queries.endpoints(ws))
  const monitors = useQuery({ ...monitorsOf(ws), enabled: data.counts.monitors > 0 })
  const accuracy = (endpoint: string, deployment: string) =>
    newestAccuracy(monitors.data?.items.filter((one) => one.endpoint === endpoint) ?? [], deployment)
  const numbers = (endpoint: string, deployment: string) =>
    endpoints.data?.items.find((one) => one.name === endpoint)?.deployments.find((one) => one.name === deployment)
      ?.numbers
  return (
    <section>
      <SectionHead title="Live" basis={countText(data.counts.endpoints, 'endpoint').toLowerCase()} />
      {data.live.length === 0 ? (
        <p className="note">No deployment answers requests.</p>
      ) : (
        <div className="scroll" tabIndex={0} role="group" aria-label="Live deployments">
          <table className="ro2">
            <thead>
              <tr>
                <th>Deployment</th>
                <th className="r">Traffic</th>
                <th className="r">Requests</th>
                <th className="r">p95</th>
                <th className="r">Errors</th>
                {monitors.data === undefined ? null : <th className="r">Accuracy</th>}
              </tr>
            </thead>
            <tbody>
              {data.live.map((one) => {
                const traffic = numbers(one.endpoint, one.deployment)
                return (
                  <tr key={`${one.endpoint}/${one.deployment}`}>
                    <td>
                      <span className="row">
                        <i className="swatch" style={{ ['--c' as string]: versionColour(one.version ?? '') }} />
                        <AppLink to={pathIn(ws, 'endpoints', one.endpoint)} className="m">
                          {one.deployment}
                        </AppLink>{' '}
                        <span className="dim">
                          {one.model === null ? one.endpoint : `${one.model}:${one.version ?? ''}`}
                        </span>
                      </span>
                    </td>
                    <td className="r">
                      <Figure value={one.trafficPercent} unit="%" />
                    </td>
                    <td className="r">{traffic?.requests.toLocaleString('en-GB') ?? '–'}</td>
                    <td className="r">
                      {traffic?.p95Ms == null ? '–' : <Figure value={traffic.p95Ms.toFixed(1)} unit="ms" />}
                    </td>
                    <td className="r">{traffic?.errors ?? '–'}</td>
                    {monitors.data === undefined ? null : (
                      <td className="r">
                        <Accuracy found={accuracy(one.endpoint, one.deployment)} />
                      </td>
                    )}
                  </tr>
                )
              })}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

function Accuracy({ found }: { readonly found: FoundAccuracy | undefined }) {
  if (found === undefined) return <span className="dim">–</span>
  return (
    <span className={found.beyond ? 'attention' : undefined} title={found.beyond ? 'beyond its limit' : undefined}>
      {shortText(found.value)}
      <span className="u"> {found.metric}</span>
      {found.beyond ? <span className="vh">, beyond its limit</span> : null}
    </span>
  )
}

/** The first metric of the newest window that has one for the deployment. */
function newestAccuracy(monitors: readonly Monitor[], deployment: string): FoundAccuracy | undefined {
  for (const monitor of monitors) {
    const scored = monitor.windows.at(-1)?.performance.find((one) => one.deployment === deployment)
    const [metric, value] = Object.entries(scored?.metrics ?? {}).find(([, one]) => one !== null) ?? []
    if (metric === undefined || value == null) continue
    const open = monitor.alerts.some(
      (alert) => alert.type === 'model_performance' && (alert.status === 'firing' || alert.status === 'acknowledged'),
    )
    return { metric, value, beyond: open && scored?.serving === true }
  }
  return undefined
}
