import { useQuery } from '@tanstack/react-query'
import * as queries from '../api/queries.ts'
import { AppLink, pathIn } from '../components/app-link.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { QueryView } from '../components/query-view.tsx'
import { SkeletonTable } from '../components/skeleton.tsx'
import { When } from '../components/text.tsx'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { usePageParams } from './search.ts'

export function ExperimentsPage() {
  const { ws } = usePageParams()
  const experiments = useQuery(queries.experiments(ws))
  return (
    <WorkspacePage ws={ws} title="Experiments">
      <h1>
        Experiments <span className="sub small">{experiments.data?.items.length ?? ''}</span>
      </h1>
      <QueryView query={experiments} skeleton={<SkeletonTable columns={['Experiment', 'Runs', 'Last run']} />}>
        {({ items }) =>
          items.every((one) => one.runCount === 0) ? (
            <EmptyState
              title="No run yet."
              text="A run is one training with its parameters, metrics and files; runs of one question belong to one experiment."
              cli={`export MLFLOW_TRACKING_URI=${location.origin}/w/${ws}\npython train.py`}
              python={`import mlflow\n\nmlflow.set_tracking_uri("${location.origin}/w/${ws}")\nwith mlflow.start_run():\n    mlflow.log_metric("mae", 1.42)`}
            />
          ) : (
            <div className="scroll" tabIndex={0} role="group" aria-label="Experiments">
              <table>
                <thead>
                  <tr>
                    <th>Experiment</th>
                    <th className="r">Runs</th>
                    <th className="r">Last run</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((one) => (
                    <tr key={one.id}>
                      <td>
                        <AppLink to={pathIn(ws, 'experiments', one.name)} className="m link">
                          {one.name}
                        </AppLink>
                      </td>
                      <td className="r">{one.runCount}</td>
                      <td className="r sub">
                        <When at={one.lastRunAt} />
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
