import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../../api/client.ts'
import * as queries from '../../api/queries.ts'
import { bytesText } from '../../components/format.ts'
import { Icon } from '../../components/icon.tsx'
import { QueryView } from '../../components/query-view.tsx'
import { SectionHead } from '../../components/text.tsx'

const previewBytes = 200_000
const isPicture = (path: string): boolean => /\.(png|jpe?g|gif|webp)$/i.test(path)
const isText = (path: string): boolean =>
  /(\.(txt|json|ya?ml|csv|md|py|log|xml|toml|ini|html|tsv|cfg)|MLmodel|requirements\.txt)$/i.test(path)

/** The files of a run: folders to step into, files with a preview and the bytes themselves. */
export function Artifacts({
  ws,
  run,
  path,
  onPath,
}: {
  readonly ws: string
  readonly run: string
  readonly path: string
  readonly onPath: (path: string) => void
}) {
  const list = useQuery(queries.artifacts(ws, run, path))
  const [file, setFile] = useState<string>()
  const up = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
  return (
    <div className="art">
      <section>
        <SectionHead title={path === '' ? 'Files' : path}>
          {path === '' ? undefined : (
            <button type="button" className="btn ghost" onClick={() => onPath(up)}>
              One folder up
            </button>
          )}
        </SectionHead>
        <QueryView query={list}>
          {({ items }) =>
            items.length === 0 ? (
              <p className="note">No file here.</p>
            ) : (
              <table>
                <tbody>
                  {items.map((item) => (
                    <tr key={item.path} className={item.path === file ? 'sel' : undefined}>
                      <td className="wrapc">
                        <button
                          type="button"
                          className="plain row"
                          onClick={() => (item.isFolder ? onPath(item.path) : setFile(item.path))}
                        >
                          <Icon name={item.isFolder ? 'folder' : 'file'} size={14} />
                          <span className="link">{item.path.split('/').at(-1)}</span>
                        </button>
                      </td>
                      <td className="r sub">{item.sizeBytes === null ? '' : bytesText(item.sizeBytes)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )
          }
        </QueryView>
      </section>
      {file === undefined ? (
        <p className="note">Choose a file to see it.</p>
      ) : (
        <Preview key={file} ws={ws} run={run} path={file} />
      )}
    </div>
  )
}

function Preview({ ws, run, path }: { readonly ws: string; readonly run: string; readonly path: string }) {
  const address = client.pathOf('getArtifact', { params: { ws, id: run }, query: { path } })
  const text = useQuery({
    queryKey: [ws, 'artifact', run, path],
    queryFn: async () =>
      (
        await client.stream('getArtifact', {
          params: { ws, id: run },
          query: { path },
          headers: { range: `bytes=0-${previewBytes - 1}` },
        })
      ).text(),
    enabled: isText(path),
    staleTime: Infinity,
  })
  return (
    <section>
      <SectionHead title={path.split('/').at(-1) ?? path}>
        <a className="link" href={address} download>
          Download
        </a>
      </SectionHead>
      {isPicture(path) ? <img src={address} alt={path} style={{ marginTop: 10 }} /> : null}
      {isText(path) ? (
        <QueryView query={text}>
          {(content) => (
            <pre className="code" tabIndex={0} role="group" aria-label={path} style={{ maxHeight: 520, marginTop: 10 }}>
              {content}
            </pre>
          )}
        </QueryView>
      ) : isPicture(path) ? null : (
        <p className="note">No preview for this kind of file.</p>
      )}
    </section>
  )
}
