import { useMutation, useQuery } from '@tanstack/react-query'
import { call, queryClient } from '../api/client.ts'
import * as queries from '../api/queries.ts'
import { ErrorPanel } from '../components/error-panel.tsx'
import { countText } from '../components/format.ts'
import { QueryView } from '../components/query-view.tsx'
import { State } from '../components/state.tsx'
import { CopyButton, SectionHead, When } from '../components/text.tsx'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { JobTable } from '../features/jobs/job-table.tsx'
import { HistoryStrip } from '../features/pipelines/history-strip.tsx'
import { StartForm } from '../features/pipelines/start-form.tsx'
import { cliIn } from '../features/snippets.ts'
import { usePageParams, usePageSearch } from './search.ts'

export function PipelinePage() {
  const { ws, name } = usePageParams()
  const [search, setSearch] = usePageSearch()
  const version = Number(search['version'])
  const pipeline = useQuery(queries.pipeline(ws, name, Number.isInteger(version) && version > 0 ? version : undefined))
  const jobs = useQuery(queries.pipelineJobs(ws, name))
  const toggle = useMutation({
    mutationFn: (enabled: boolean) => call('setPipelineEnabled', { params: { ws, name }, body: { enabled } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [ws, 'pipelines'] }),
  })
  return (
    <WorkspacePage
      ws={ws}
      noun={{ text: 'Pipelines', path: 'pipelines' }}
      title={name}
      actions={
        <>
          <CopyButton text={cliIn(ws, `pipeline run ${name}`)} label="Copy as CLI" icon="terminal" />
          {pipeline.data === undefined ? null : (
            <button
              type="button"
              className="btn keep"
              disabled={toggle.isPending}
              onClick={() => toggle.mutate(!pipeline.data.enabled)}
            >
              <span>{pipeline.data.enabled ? 'Disable' : 'Enable'}</span>
            </button>
          )}
        </>
      }
    >
      {toggle.isError ? <ErrorPanel error={toggle.error} /> : null}
      <QueryView query={pipeline}>
        {(data) => (
          <>
            <div className="lead">
              <h1>{data.name}</h1>
              <State status={data.enabled ? 'ready' : 'stopped'} word={data.enabled ? 'Enabled' : 'Disabled'} />
              <span className="sub">
                version {data.version}, {countText(data.steps.length, 'step').toLowerCase()}, published{' '}
                <When at={data.createdAt} /> by {data.createdBy}
              </span>
            </div>
            {data.description === '' ? null : <p className="note">{data.description}</p>}
            <div className="cols jb">
              <section>
                <SectionHead title="Start" basis="every declared parameter; undeclared ones are refused" />
                <StartForm key={`${data.name}/${data.version}`} ws={ws} pipeline={data} />
              </section>
              <div>
                <SectionHead title="Versions" basis={data.versions?.length ?? 1} />
                <table>
                  <tbody>
                    {(data.versions ?? []).map((one) => (
                      <tr key={one.version} className={one.version === data.version ? 'sel' : undefined}>
                        <td>
                          <button
                            type="button"
                            className="plain link m"
                            onClick={() => setSearch({ version: String(one.version) })}
                          >
                            Version {one.version}
                          </button>
                        </td>
                        <td className="sub">{one.createdBy}</td>
                        <td className="r sub">
                          <When at={one.createdAt} />
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
                <div style={{ marginTop: 18 }}>
                  <SectionHead title="Steps" basis="each after what it needs" />
                  <table>
                    <tbody>
                      {data.steps.map((step) => (
                        <tr key={step.name}>
                          <td className="m">{step.name}</td>
                          <td className="sub">{step.type}</td>
                          <td className="sub wrapc">
                            {step.needs.length === 0 ? 'begins' : `after ${step.needs.join(', ')}`}
                          </td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </div>
              </div>
            </div>
            <section className="sec">
              <SectionHead title="History" basis={<HistoryStrip ws={ws} jobs={jobs.data?.items ?? []} />} />
              <QueryView query={jobs}>
                {({ items }) =>
                  items.length === 0 ? <p className="note">No job of it yet.</p> : <JobTable ws={ws} jobs={items} />
                }
              </QueryView>
            </section>
          </>
        )}
      </QueryView>
    </WorkspacePage>
  )
}
