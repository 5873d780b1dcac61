import { useQuery } from '@tanstack/react-query'
import * as queries from '../api/queries.ts'
import { AppLink, pathIn } from '../components/app-link.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { QueryView } from '../components/query-view.tsx'
import { SkeletonTable } from '../components/skeleton.tsx'
import { State } from '../components/state.tsx'
import { When } from '../components/text.tsx'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { HistoryStrip } from '../features/pipelines/history-strip.tsx'
import { cliIn, pythonIn } from '../features/snippets.ts'
import { usePageParams } from './search.ts'

export function PipelinesPage() {
  const { ws } = usePageParams()
  const pipelines = useQuery(queries.pipelines(ws))
  return (
    <WorkspacePage ws={ws} title="Pipelines">
      <h1>
        Pipelines <span className="sub small">{pipelines.data?.items.length ?? ''}</span>
      </h1>
      <QueryView
        query={pipelines}
        skeleton={<SkeletonTable columns={['Pipeline', 'State', 'Parameters', 'Last jobs', 'Published']} />}
      >
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState
              title="No published pipeline yet."
              text="A published pipeline is a fixed version of a job with parameters, which people and programs start by its name."
              cli={cliIn(ws, 'pipeline publish ridership -f pipeline.yml')}
              python={pythonIn(ws, 'workspace.pipelines.publish("ridership", "pipeline.yml")')}
            />
          ) : (
            <div className="scroll" tabIndex={0} role="group" aria-label="Pipelines">
              <table style={{ minWidth: 760 }}>
                <thead>
                  <tr>
                    <th>Pipeline</th>
                    <th>State</th>
                    <th>Parameters</th>
                    <th>Last jobs</th>
                    <th className="r">Published</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((pipeline) => (
                    <tr key={pipeline.name}>
                      <td>
                        <AppLink to={pathIn(ws, 'pipelines', pipeline.name)} className="m link">
                          {pipeline.name}
                        </AppLink>{' '}
                        <span className="dim">version {pipeline.version}</span>
                      </td>
                      <td>
                        <State
                          status={pipeline.enabled ? 'ready' : 'stopped'}
                          word={pipeline.enabled ? 'Enabled' : 'Disabled'}
                        />
                      </td>
                      <td className="sub">
                        {pipeline.parameters.map((parameter) => parameter.name).join(', ') || 'none'}
                      </td>
                      <td>
                        <HistoryStrip ws={ws} jobs={pipeline.lastJobs} />
                      </td>
                      <td className="r sub">
                        <When at={pipeline.createdAt} />
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
