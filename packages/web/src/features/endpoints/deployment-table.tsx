import type { Answer } from '@modelyard/client'
import { AppLink, pathIn } from '../../components/app-link.tsx'
import { versionColour } from '../../components/series-colour.ts'
import { State } from '../../components/state.tsx'
import { Figure } from '../../components/text.tsx'

type Endpoint = Answer<'getEndpoint'>
type Deployment = Endpoint['deployments'][number]

/** A deployment has the colour of its model version, on every page. */
export const deploymentColour = (one: Deployment, index: number): string =>
  one.model === null ? `var(--s${(index % 8) + 1})` : versionColour(one.model.version)

const answering = new Set(['idle', 'busy', 'ready'])

/** Deployments as rows of one table, so that they compare by eye. */
export function DeploymentTable({ ws, endpoint }: { readonly ws: string; readonly endpoint: Endpoint }) {
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label="Deployments">
      <table className="dt">
        <thead>
          <tr>
            <th>Deployment</th>
            <th>State</th>
            <th className="r">Traffic</th>
            <th className="r">Requests</th>
            <th className="r">p50</th>
            <th className="r">p95</th>
            <th className="r">p99</th>
            <th className="r">Errors</th>
            <th className="r">Workers</th>
          </tr>
        </thead>
        <tbody>
          {endpoint.deployments.map((one, index) => (
            <tr key={one.name}>
              <td>
                <span className="row">
                  <i className="swatch" style={{ ['--c' as string]: deploymentColour(one, index) }} />
                  <b className="m">{one.name}</b>
                  {one.model === null ? null : (
                    <AppLink to={pathIn(ws, 'models', one.model.name, one.model.version)} className="dim">
                      {one.model.name}:{one.model.version}
                    </AppLink>
                  )}
                </span>
              </td>
              <td title={one.reason}>
                <State status={one.state} />
              </td>
              <td className="r">
                <Figure value={one.trafficPercent} unit="%" />
              </td>
              <td className="r">{one.numbers?.requests.toLocaleString('en-GB') ?? '–'}</td>
              <td className="r">{one.numbers?.p50Ms?.toFixed(1) ?? '–'}</td>
              <td className="r">{one.numbers?.p95Ms?.toFixed(1) ?? '–'}</td>
              <td className="r">{one.numbers?.p99Ms?.toFixed(1) ?? '–'}</td>
              <td className="r">{one.numbers?.errors ?? '–'}</td>
              <td className="r">
                {one.workers.filter((worker) => answering.has(worker.state)).length} of {one.instanceCount}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
