import { useMutation, useQuery } from '@tanstack/react-query'
import * as queries from '../api/automation-queries.ts'
import { call, queryClient } from '../api/client.ts'
import { AppLink, pathIn } from '../components/app-link.tsx'
import { ErrorPanel } from '../components/error-panel.tsx'
import { shortId, spanText } from '../components/format.ts'
import { Icon } from '../components/icon.tsx'
import { QueryView } from '../components/query-view.tsx'
import { CopyButton, Say, SectionHead, When } from '../components/text.tsx'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { LapTable } from '../features/loops/lap-table.tsx'
import { StageEvidence } from '../features/loops/stage-evidence.tsx'
import { outcomeText, type Loop } from '../features/loops/stage-words.ts'
import { cliIn } from '../features/snippets.ts'
import { usePageParams, usePageSearch } from './search.ts'

export function LoopPage() {
  const { ws, id } = usePageParams()
  const loop = useQuery(queries.loop(ws, id))
  const cancel = useMutation({
    mutationFn: () => call('cancelLoop', { params: { ws, id }, body: { note: 'cancelled on the page' } }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: [ws, 'loops'] }),
  })
  const isActive = loop.data?.status === 'running' || loop.data?.status === 'waiting'
  return (
    <WorkspacePage
      ws={ws}
      noun={{ text: 'Loops', path: 'loops' }}
      title={shortId(id)}
      actions={
        <>
          <CopyButton text={cliIn(ws, `loop show ${id}`)} label="Copy as CLI" icon="terminal" />
          {isActive ? (
            <button type="button" className="btn" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
              <Icon name="stop" size={14} />
              <span>Cancel loop</span>
            </button>
          ) : null}
        </>
      }
    >
      {cancel.isError ? <ErrorPanel error={cancel.error} /> : null}
      <QueryView query={loop}>{(data) => <Body ws={ws} loop={data} />}</QueryView>
    </WorkspacePage>
  )
}

function Body({ ws, loop }: { readonly ws: string; readonly loop: Loop }) {
  const [search, setSearch] = usePageSearch()
  const reached = loop.stages.findLast((stage) => stage.status !== 'waiting' && stage.status !== 'skipped')
  const name = search['stage'] ?? reached?.name
  const stage = loop.stages.find((one) => one.name === name)
  return (
    <>
      <Say lead>
        <b>The loop {outcomeText(loop)}</b>
        {loop.reason === '' ? '.' : `: ${loop.reason}`}
      </Say>
      <p className="facts" style={{ marginTop: 8 }}>
        <span>
          trigger{' '}
          <AppLink to={pathIn(ws, 'triggers', loop.trigger)} className="link">
            {loop.trigger}
          </AppLink>
        </span>
        {loop.monitor === null ? (
          <span>started by hand</span>
        ) : (
          <span>
            alert of{' '}
            <AppLink to={pathIn(ws, 'monitors', loop.monitor)} className="link">
              {loop.monitor}
            </AppLink>
          </span>
        )}
        {loop.jobId === null ? null : (
          <span>
            job{' '}
            <AppLink to={pathIn(ws, 'jobs', loop.jobId)} className="link">
              {shortId(loop.jobId)}
            </AppLink>
          </span>
        )}
        {loop.model === null || loop.version === null ? null : (
          <span>
            model{' '}
            <AppLink to={pathIn(ws, 'models', loop.model, loop.version)} className="link">
              {loop.model}:{loop.version}
            </AppLink>
          </span>
        )}
        {loop.endpoint === null ? null : (
          <span>
            endpoint{' '}
            <AppLink to={pathIn(ws, 'endpoints', loop.endpoint)} className="link">
              {loop.endpoint}
            </AppLink>
          </span>
        )}
        <span>
          started <When at={loop.startedAt} />, {loop.endedAt === null ? 'for' : 'took'}{' '}
          {spanText(loop.startedAt, loop.endedAt)}
        </span>
      </p>
      <section className="sec">
        <SectionHead title="What was decided" basis="choose a stage for what it was decided on" />
        <LapTable
          loops={[loop]}
          chosen={name === undefined ? undefined : { loop: loop.id, stage: name }}
          onChoose={(next) => setSearch({ stage: next?.stage ?? 'none' })}
        />
        {stage === undefined ? null : (
          <StageEvidence ws={ws} loop={loop} stage={stage} onClose={() => setSearch({ stage: 'none' })} />
        )}
      </section>
    </>
  )
}
