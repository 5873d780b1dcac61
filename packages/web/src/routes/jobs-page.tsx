import type * as queries from '../api/queries.ts'
import { AppLink, pathIn } from '../components/app-link.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { ErrorPanel } from '../components/error-panel.tsx'
import { MoreButton } from '../components/more-button.tsx'
import { SkeletonTable } from '../components/skeleton.tsx'
import { Segmented } from '../components/tabs.tsx'
import { CopyButton } from '../components/text.tsx'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { JobTable } from '../features/jobs/job-table.tsx'
import { useJobs } from '../features/jobs/use-jobs.ts'
import { cliIn, pythonIn } from '../features/snippets.ts'
import { usePageParams, usePageSearch } from './search.ts'

const states = ['queued', 'running', 'succeeded', 'failed', 'canceled'] as const

export function JobsPage() {
  const { ws } = usePageParams()
  const [search, setSearch] = usePageSearch()
  const filter: queries.JobFilter = {
    status: states.find((state) => state === search['status']),
    search: search['search'],
  }
  const jobs = useJobs(ws, filter)
  const filtered = filter.status !== undefined || filter.search !== undefined
  const running = jobs.items.filter((job) => job.status === 'running').length
  const failed = jobs.items.filter((job) => job.status === 'failed').length
  return (
    <WorkspacePage
      ws={ws}
      title="Jobs"
      actions={<CopyButton text={cliIn(ws, 'job list')} label="Copy as CLI" icon="terminal" />}
    >
      <div className="lead">
        <h1>Jobs</h1>
        {jobs.data === undefined ? null : (
          <span className="sub">
            {running} running, {failed} failed of the newest {jobs.items.length}
          </span>
        )}
      </div>
      <div className="row wrap" style={{ margin: '12px 0 6px' }}>
        <input
          className="field"
          style={{ width: 240 }}
          type="search"
          aria-label="Search jobs"
          placeholder="Name or id"
          defaultValue={filter.search ?? ''}
          onChange={(event) => setSearch({ search: event.target.value === '' ? undefined : event.target.value })}
        />
        <Segmented
          label="State"
          value={filter.status ?? 'all'}
          options={[
            { value: 'all', text: 'All' },
            ...states
              .filter((state) => state !== 'queued' && state !== 'canceled')
              .map((value) => ({ value, text: value.charAt(0).toUpperCase() + value.slice(1) })),
          ]}
          onChange={(next) => setSearch({ status: next === 'all' ? undefined : next })}
        />
      </div>
      {jobs.isError ? <ErrorPanel error={jobs.error} /> : null}
      {jobs.data === undefined ? (
        jobs.isError ? null : (
          <SkeletonTable columns={['Job', 'State', 'Steps', 'Took', 'Started']} rows={8} />
        )
      ) : jobs.items.length === 0 && !filtered ? (
        <EmptyState
          title="No job yet."
          text="A job is a pipeline at work: its steps run where there is room, and what did not change is reused."
          cli={cliIn(ws, 'job create -f pipeline.yml')}
          python={pythonIn(ws, 'job = workspace.jobs.submit("pipeline.yml")\njob.wait()')}
        >
          <p className="sub">
            A published pipeline starts from{' '}
            <AppLink to={pathIn(ws, 'pipelines')} className="link">
              its page
            </AppLink>
            .
          </p>
        </EmptyState>
      ) : jobs.items.length === 0 ? (
        <p className="note">No job matches. Change the filter above.</p>
      ) : (
        <JobTable ws={ws} jobs={jobs.items} />
      )}
      <MoreButton list={jobs} />
    </WorkspacePage>
  )
}
