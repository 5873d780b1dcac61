import { useQuery } from '@tanstack/react-query'
import * as queries from '../api/queries.ts'
import { AppLink, pathIn } from '../components/app-link.tsx'
import { bytesText, countText } from '../components/format.ts'
import { QueryView } from '../components/query-view.tsx'
import { CopyButton, SectionHead, When } from '../components/text.tsx'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { cliIn } from '../features/snippets.ts'
import { usePageParams, usePageSearch } from './search.ts'

export function DataAssetPage() {
  const { ws, name } = usePageParams()
  const [search, setSearch] = usePageSearch()
  const asset = useQuery(queries.dataAsset(ws, name))
  const versions = asset.data?.versions ?? []
  const chosen = versions.find((one) => one.version === search['version']) ?? versions[0]
  return (
    <WorkspacePage
      ws={ws}
      noun={{ text: 'Data', path: 'data' }}
      title={name}
      actions={<CopyButton text={cliIn(ws, `data show ${name}`)} label="Copy as CLI" icon="terminal" />}
    >
      <QueryView query={asset}>
        {(data) => (
          <>
            <div className="lead">
              <h1>{data.name}</h1>
              <span className="sub">
                {data.type === 'uri_file' ? 'file' : 'folder'}, {countText(versions.length, 'version').toLowerCase()},
                latest {data.latestVersion}
              </span>
            </div>
            <div className="cols jb">
              <section>
                <SectionHead title="Versions" basis={versions.length} />
                <div className="scroll" tabIndex={0} role="group" aria-label="Versions">
                  <table>
                    <thead>
                      <tr>
                        <th>Version</th>
                        <th className="r">Files</th>
                        <th className="r">Size</th>
                        <th>Made by</th>
                        <th className="r">Made</th>
                      </tr>
                    </thead>
                    <tbody>
                      {versions.map((one) => (
                        <tr key={one.version} className={one === chosen ? 'sel' : undefined}>
                          <td>
                            <button
                              type="button"
                              className="plain link m"
                              onClick={() => setSearch({ version: one.version })}
                            >
                              {one.version}
                            </button>
                          </td>
                          <td className="r">{one.fileCount}</td>
                          <td className="r">{bytesText(one.sizeBytes)}</td>
                          <td className="sub">
                            {one.sourceRunId === null ? (
                              one.createdBy
                            ) : (
                              <AppLink to={pathIn(ws, 'runs', one.sourceRunId)} className="link">
                                a run
                              </AppLink>
                            )}
                          </td>
                          <td className="r sub">
                            <When at={one.createdAt} />
                          </td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </div>
              </section>
              {chosen === undefined ? null : <Files ws={ws} version={chosen.version} digest={chosen.digest} />}
            </div>
          </>
        )}
      </QueryView>
    </WorkspacePage>
  )
}

const mostFiles = 500

function Files({ ws, version, digest }: { readonly ws: string; readonly version: string; readonly digest: string }) {
  const tree = useQuery(queries.dataTree(ws, digest))
  return (
    <section>
      <SectionHead title={`Files of version ${version}`} basis={<code title={digest}>{digest.slice(0, 12)}</code>} />
      <QueryView query={tree}>
        {({ entries }) => (
          <table>
            <tbody>
              {entries.slice(0, mostFiles).map((entry) => (
                <tr key={entry.path}>
                  <td className="wrapc">{entry.path}</td>
                  <td className="mono sub">{entry.digest.slice(0, 10)}</td>
                  <td className="r">{bytesText(entry.sizeBytes)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </QueryView>
    </section>
  )
}
