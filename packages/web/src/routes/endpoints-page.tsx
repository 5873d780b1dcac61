import { useQuery } from '@tanstack/react-query'
import * as queries from '../api/queries.ts'
import { AppLink, pathIn } from '../components/app-link.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { QueryView } from '../components/query-view.tsx'
import { SkeletonTable } from '../components/skeleton.tsx'
import { versionColour } from '../components/series-colour.ts'
import { State } from '../components/state.tsx'
import { When } from '../components/text.tsx'
import { CreateEndpoint } from '../features/endpoints/create-endpoint.tsx'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { cliIn, pythonIn } from '../features/snippets.ts'
import { usePageParams } from './search.ts'

export function EndpointsPage() {
  const { ws } = usePageParams()
  const endpoints = useQuery(queries.endpoints(ws))
  return (
    <WorkspacePage ws={ws} title="Endpoints">
      <h1>
        Endpoints <span className="sub small">{endpoints.data?.items.length ?? ''}</span>
      </h1>
      <QueryView
        query={endpoints}
        skeleton={<SkeletonTable columns={['Endpoint', 'Deployments', 'Traffic', 'Requests', 'p95', 'Changed']} />}
      >
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState
              title="No endpoint yet."
              text="An endpoint is one stable address that answers with a model’s prediction, and keeps answering while you change the model behind it."
              cli={`${cliIn(ws, 'endpoint create -f endpoint.yml')}\n${cliIn(ws, 'deployment create -f deployment.yml')}`}
              python={pythonIn(
                ws,
                'workspace.endpoints.create("endpoint.yml")\nworkspace.endpoints.deploy("ridership", "deployment.yml")',
              )}
            >
              <CreateEndpoint ws={ws} />
            </EmptyState>
          ) : (
            <div className="scroll" tabIndex={0} role="group" aria-label="Endpoints">
              <table style={{ minWidth: 760 }}>
                <thead>
                  <tr>
                    <th>Endpoint</th>
                    <th>Deployments</th>
                    <th>Traffic</th>
                    <th className="r">Requests</th>
                    <th className="r">Errors</th>
                    <th className="r">Changed</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((endpoint) => (
                    <tr key={endpoint.name}>
                      <td>
                        <AppLink to={pathIn(ws, 'endpoints', endpoint.name)} className="m link">
                          {endpoint.name}
                        </AppLink>
                      </td>
                      <td>
                        <span className="row">
                          {endpoint.deployments.map((one) => (
                            <span key={one.name} className="row">
                              <State status={one.state} hideWord /> {one.name}{' '}
                              <span className="dim">
                                {one.model === null ? '' : `${one.model.name}:${one.model.version}`}
                              </span>
                            </span>
                          ))}
                        </span>
                      </td>
                      <td>
                        <div
                          className="tbar"
                          role="img"
                          aria-label={
                            Object.entries(endpoint.traffic)
                              .map(([name, percent]) => `${name} ${percent} %`)
                              .join(', ') || 'no traffic'
                          }
                        >
                          {endpoint.deployments.map((one) =>
                            one.trafficPercent > 0 ? (
                              <i
                                key={one.name}
                                style={{
                                  flex: one.trafficPercent,
                                  ['--c' as string]: versionColour(one.model?.version ?? ''),
                                }}
                              />
                            ) : null,
                          )}
                        </div>
                      </td>
                      <td className="r">
                        {endpoint.deployments.reduce((sum, one) => sum + (one.numbers?.requests ?? 0), 0)}
                      </td>
                      <td className="r">
                        {endpoint.deployments.reduce((sum, one) => sum + (one.numbers?.errors ?? 0), 0)}
                      </td>
                      <td className="r sub">
                        <When at={endpoint.updatedAt} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </QueryView>
    </WorkspacePage>
  )
}
