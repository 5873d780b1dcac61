import { useQuery } from '@tanstack/react-query'
import * as queries from '../api/queries.ts'
import { AppLink, pathIn } from '../components/app-link.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { Icon } from '../components/icon.tsx'
import { QueryView } from '../components/query-view.tsx'
import { SkeletonTable } from '../components/skeleton.tsx'
import { When } from '../components/text.tsx'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { cliIn } from '../features/snippets.ts'
import { usePageParams } from './search.ts'

export function ModelsPage() {
  const { ws } = usePageParams()
  const models = useQuery(queries.models(ws))
  return (
    <WorkspacePage ws={ws} title="Models">
      <h1>
        Models <span className="sub small">{models.data?.items.length ?? ''}</span>
      </h1>
      <QueryView query={models} skeleton={<SkeletonTable columns={['Model', 'Aliases', 'Latest', 'Changed']} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState
              title="No model yet."
              text="A model is a name with versions; each version knows the run, the code and the data it came from."
              cli={`# in the training script\nmlflow.sklearn.log_model(model, name="model",\n    registered_model_name="ridership")\n\n${cliIn(ws, 'job create -f pipeline.yml')}`}
              python={`import mlflow\n\nmlflow.set_tracking_uri("${location.origin}/w/${ws}")\nmlflow.sklearn.log_model(model, name="model",\n    registered_model_name="ridership")`}
            />
          ) : (
            <div className="scroll" tabIndex={0} role="group" aria-label="Models">
              <table>
                <thead>
                  <tr>
                    <th>Model</th>
                    <th>Aliases</th>
                    <th className="r">Latest version</th>
                    <th className="r">Changed</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((model) => (
                    <tr key={model.name}>
                      <td>
                        <AppLink to={pathIn(ws, 'models', model.name)} className="m link">
                          {model.name}
                        </AppLink>
                      </td>
                      <td>
                        <span className="row">
                          {Object.entries(model.aliases).map(([alias, version]) => (
                            <span key={alias} className={alias === 'champion' ? 'tag champ' : 'tag'}>
                              {alias === 'champion' ? <Icon name="crown" size={12} /> : null}
                              {alias} {version}
                            </span>
                          ))}
                        </span>
                      </td>
                      <td className="r">{model.latestVersion ?? '–'}</td>
                      <td className="r sub">
                        <When at={model.updatedAt} />
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
