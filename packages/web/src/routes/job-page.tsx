import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { call, queryClient } from '../api/client.ts'
import * as queries from '../api/queries.ts'
import { pathIn } from '../components/app-link.tsx'
import { ErrorPanel } from '../components/error-panel.tsx'
import { countText, durationText, exactText, spanText } from '../components/format.ts'
import { Icon } from '../components/icon.tsx'
import { QueryView } from '../components/query-view.tsx'
import { SkeletonBlock } from '../components/skeleton.tsx'
import { State } from '../components/state.tsx'
import { Segmented } from '../components/tabs.tsx'
import { CopyButton, CopyId, SectionHead, useNow } from '../components/text.tsx'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { FailedJob } from '../features/jobs/failed-job.tsx'
import { criticalPath, firstStep, isActive, type Job } from '../features/jobs/schedule.ts'
import { StepPanel } from '../features/jobs/step-panel.tsx'
import { StepTable } from '../features/jobs/step-table.tsx'
import { TimeChart } from '../features/jobs/time-chart.tsx'
import { Why } from '../features/jobs/why.tsx'
import { usePageParams, usePageSearch } from './search.ts'

const Graph = lazy(() => import('../features/jobs/graph.tsx'))

export function JobPage() {
  const { ws, id } = usePageParams()
  const job = useQuery(queries.job(ws, id))
  return (
    <WorkspacePage
      ws={ws}
      noun={{ text: 'Jobs', path: 'jobs' }}
      title={job.data?.name ?? id}
      actions={job.data === undefined ? null : <Actions ws={ws} job={job.data} />}
    >
      <QueryView query={job}>{(data) => <Body ws={ws} job={data} />}</QueryView>
    </WorkspacePage>
  )
}

function Actions({ ws, job }: { readonly ws: string; readonly job: Job }) {
  const navigate = useNavigate()
  const cancel = useMutation({
    mutationFn: () => call('cancelJob', { params: { ws, id: job.id } }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: [ws, 'jobs'] }),
  })
  const again = useMutation({
    mutationFn: () => call('rerunJob', { params: { ws, id: job.id }, body: {} }),
    onSuccess: (made) => navigate({ to: pathIn(ws, 'jobs', made.id) }),
  })
  return (
    <>
      <CopyId id={job.id} />
      <CopyButton text={`modelyard job show ${job.id} --workspace ${ws}`} label="Copy as CLI" icon="terminal" />
      {isActive(job) ? (
        <button
          type="button"
          className="btn"
          disabled={cancel.isPending || job.cancelRequestedAt !== null}
          onClick={() => cancel.mutate()}
        >
          <Icon name="stop" size={14} />
          <span>{job.cancelRequestedAt === null ? 'Cancel' : 'Canceling'}</span>
        </button>
      ) : (
        <button type="button" className="btn" disabled={again.isPending} onClick={() => again.mutate()}>
          <Icon name="again" size={14} />
          <span>Run again</span>
        </button>
      )}
    </>
  )
}

function Body({ ws, job }: { readonly ws: string; readonly job: Job }) {
  const [search, setSearch] = usePageSearch()
  const why = useQuery(queries.jobWhy(ws, job.id))
  const now = useNow(1000, isActive(job))
  const critical = criticalPath(job.steps, now)
  const chosen = job.steps.find((step) => step.name === search['step']) ?? firstStep(job.steps)
  const view = search['view'] === 'list' || job.steps.length > 3000 ? 'list' : 'graph'
  const reused = job.steps.filter((step) => step.reused).length
  const left = job.steps.filter((step) => step.endedAt === null && !step.reused).length
  const explanation = why.data?.find((one) => one.step === chosen?.name)
  const select = (step: string) => setSearch({ step })
  return (
    <>
      <div className="lead jh">
        <h1>{job.name}</h1>
        <State status={job.status} />
        <span className="sub">
          {isActive(job)
            ? `${left} of ${job.steps.length} steps to go, `
            : `${countText(job.steps.length, 'step')}, `.toLowerCase()}
          {spanText(job.startedAt, job.endedAt, now)}
        </span>
        <p className="facts sp">
          <span>
            started <b title={exactText(job.createdAt)}>{exactText(job.startedAt ?? job.createdAt)}</b> by{' '}
            <b>{job.createdBy}</b>
          </span>
          {Object.entries(job.parameters).length === 0 ? null : (
            <span>
              parameters{' '}
              <b>
                {Object.entries(job.parameters)
                  .map(([name, value]) => `${name} ${String(value)}`)
                  .join(', ')}
              </b>
            </span>
          )}
          {reused === 0 ? null : (
            <span>
              <b>{reused}</b> of {job.steps.length} steps reused
            </span>
          )}
        </p>
      </div>
      {job.warnings.map((warning) => (
        <p className="notice" key={warning}>
          {warning}
        </p>
      ))}
      {job.status === 'failed' ? <FailedJob ws={ws} job={job} /> : null}
      <div className="cols jb">
        <div>
          <SectionHead
            title="Steps"
            basis={
              <>
                <i className="ck" />
                critical path {durationText(critical.ms)}
              </>
            }
          >
            <Segmented
              label="Steps as"
              value={view}
              options={[
                { value: 'graph', text: 'Graph' },
                { value: 'list', text: 'List' },
              ]}
              onChange={(next) => setSearch({ view: next === 'list' ? 'list' : undefined })}
            />
          </SectionHead>
          {view === 'list' ? (
            <StepTable steps={job.steps} selected={chosen?.name} now={now} onSelect={select} />
          ) : (
            <Suspense fallback={<SkeletonBlock height={320} />}>
              <Graph steps={job.steps} critical={critical.names} selected={chosen?.name} now={now} onSelect={select} />
            </Suspense>
          )}
          {job.steps.length <= 60 ? (
            <>
              <SectionHead
                title="Time"
                basis={job.startedAt === null ? 'not started' : `since ${exactText(job.startedAt)}`}
              />
              <TimeChart job={job} critical={critical.names} now={now} />
            </>
          ) : null}
          {explanation === undefined ? null : <Why explanation={explanation} />}
          {why.isError ? <ErrorPanel error={why.error} /> : null}
        </div>
        {chosen === undefined ? null : <StepPanel key={chosen.name} ws={ws} job={job} step={chosen} />}
      </div>
    </>
  )
}
