import { useQuery } from '@tanstack/react-query'
import * as queries from '../api/queries.ts'
import { AppLink, pathIn } from '../components/app-link.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { QueryView } from '../components/query-view.tsx'
import { SkeletonTable } from '../components/skeleton.tsx'
import { When } from '../components/text.tsx'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { cliIn, pythonIn } from '../features/snippets.ts'
import { usePageParams } from './search.ts'

export function DataPage() {
  const { ws } = usePageParams()
  const assets = useQuery(queries.dataAssets(ws))
  return (
    <WorkspacePage ws={ws} title="Data">
      <h1>
        Data <span className="sub small">{assets.data?.items.length ?? ''}</span>
      </h1>
      <QueryView
        query={assets}
        skeleton={<SkeletonTable columns={['Data asset', 'Kind', 'Latest version', 'Changed']} />}
      >
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState
              title="No data asset yet."
              text="A data asset is a name for files; each content gets one version, which never changes."
              cli={cliIn(ws, 'data create ridership-days --path days.csv')}
              python={pythonIn(ws, 'workspace.data.create("ridership-days", "days.csv")')}
            />
          ) : (
            <div className="scroll" tabIndex={0} role="group" aria-label="Data assets">
              <table>
                <thead>
                  <tr>
                    <th>Data asset</th>
                    <th>Kind</th>
                    <th className="r">Latest version</th>
                    <th className="r">Changed</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((asset) => (
                    <tr key={asset.name}>
                      <td>
                        <AppLink to={pathIn(ws, 'data', asset.name)} className="m link">
                          {asset.name}
                        </AppLink>
                      </td>
                      <td className="sub">{asset.type === 'uri_file' ? 'file' : 'folder'}</td>
                      <td className="r">{asset.latestVersion}</td>
                      <td className="r sub">
                        <When at={asset.updatedAt} />
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
