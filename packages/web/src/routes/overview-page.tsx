import { useQuery } from '@tanstack/react-query'
import type { Answer } from '@modelyard/client'
import * as queries from '../api/queries.ts'
import { AppLink, pathIn } from '../components/app-link.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { countText, spanText } from '../components/format.ts'
import { Icon } from '../components/icon.tsx'
import { QueryView } from '../components/query-view.tsx'
import { State } from '../components/state.tsx'
import { CopyButton, Say, SectionHead, useNow, When } from '../components/text.tsx'
import { LiveTable } from '../features/endpoints/live-table.tsx'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { useJobs } from '../features/jobs/use-jobs.ts'
import { WeekLanes } from '../features/jobs/week-lanes.tsx'
import { cliIn, pythonIn } from '../features/snippets.ts'
import { usePageParams } from './search.ts'

type Overview = Answer<'getOverview'>

export function OverviewPage() {
  const { ws } = usePageParams()
  const overview = useQuery(queries.overview(ws))
  return (
    <WorkspacePage
      ws={ws}
      title="Overview"
      actions={
        <>
          <CopyButton text={cliIn(ws, 'status')} label="Copy as CLI" icon="terminal" />
          <AppLink to={pathIn(ws, 'pipelines')} className="btn">
            <Icon name="play" size={14} />
            <span>Start a job</span>
          </AppLink>
        </>
      }
    >
      <QueryView query={overview}>{(data) => <Body ws={ws} data={data} />}</QueryView>
    </WorkspacePage>
  )
}

function Body({ ws, data }: { readonly ws: string; readonly data: Overview }) {
  const { counts } = data
  const untouched = data.timeline.length === 0 && counts.runs === 0 && counts.models === 0
  return (
    <>
      <Sentence ws={ws} data={data} />
      {untouched ? (
        <EmptyState
          title="Nothing here yet."
          text="Submit a pipeline: its steps, runs, models and endpoints appear on these pages as they happen."
          cli={cliIn(ws, 'job create -f pipeline.yml')}
          python={pythonIn(ws, 'job = workspace.jobs.submit("pipeline.yml")\njob.wait()')}
        />
      ) : null}
      <div className="cols top2">
        <NeedsYou data={data} />
        <div>
          <LiveTable ws={ws} overview={data} />
          <Running ws={ws} />
        </div>
      </div>
      <WeekLanes timeline={data.timeline} />
    </>
  )
}

function Sentence({ ws, data }: { readonly ws: string; readonly data: Overview }) {
  const names = [...new Set(data.live.filter((one) => one.trafficPercent > 0).map((one) => one.endpoint))]
  const running = data.counts.runningJobs + data.counts.queuedJobs
  const needs = data.needsAttention.length
  return (
    <Say lead>
      {names.length === 0 ? (
        <>
          <b>No model is live.</b>{' '}
        </>
      ) : (
        <>
          <b>{names.slice(0, 3).join(', ')}</b> {names.length === 1 ? 'is' : 'are'} live
          {names.length === 1
            ? `: ${data.live
                .filter((one) => one.trafficPercent > 0)
                .map(
                  (one) =>
                    `${one.version === null ? one.deployment : `version ${one.version}`} answers ${one.trafficPercent} %`,
                )
                .join(', ')}`
            : ''}
          .{' '}
        </>
      )}
      <AppLink to={pathIn(ws, 'jobs')}>
        <b>{countText(running, 'job')}</b>
      </AppLink>{' '}
      {running === 1 ? 'is' : 'are'} running. <b>{needs === 0 ? 'Nothing' : countText(needs, 'thing')}</b>{' '}
      {needs < 2 ? 'needs' : 'need'} you.
    </Say>
  )
}

const verbs: Readonly<Record<string, string>> = {
  candidate_waiting: 'Review',
  approval_waiting: 'Review',
  job_failed: 'Fix',
}

function NeedsYou({ data }: { readonly data: Overview }) {
  return (
    <section id="need">
      <SectionHead title="Needs you" basis={data.needsAttention.length} />
      {data.needsAttention.length === 0 ? <p className="note">Nothing failed, nothing waits for a decision.</p> : null}
      <ul className="need">
        {data.needsAttention.slice(0, 8).map((one, index) => (
          <li key={`${one.kind}/${one.subject}/${one.at}`}>
            <State status={one.kind.endsWith('failed') ? 'failed' : 'attention'} hideWord />
            <div>
              <p className="m wrapc two-lines" title={one.title}>
                {one.title}
              </p>
            </div>
            <span className="dim small nw when">
              <When at={one.at} />
            </span>
            <AppLink to={one.link} className={index === 0 ? 'btn pri' : 'btn'}>
              {verbs[one.kind] ?? 'Open'}
            </AppLink>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Running({ ws }: { readonly ws: string }) {
  const jobs = useJobs(ws)
  const active = jobs.items.filter((job) => job.status === 'running' || job.status === 'queued')
  const now = useNow(1000, active.length > 0)
  return (
    <section style={{ marginTop: 18 }}>
      <SectionHead title="Running" basis={countText(active.length, 'job').toLowerCase()} />
      {active.length === 0 ? <p className="note">No job runs at present.</p> : null}
      {active.slice(0, 5).map((job) => (
        <AppLink key={job.id} to={pathIn(ws, 'jobs', job.id)} className="rj">
          <span className="row">
            <State status={job.status} hideWord />
            <span className="m">{job.name}</span>
            <span className="sp small sub nw">{spanText(job.startedAt ?? job.createdAt, null, now)}</span>
          </span>
          <span className="steps">
            {(['succeeded', 'failed', 'running', 'queued', 'pending'] as const).map((state) => {
              const count = job.stepCounts[state] ?? 0
              return count === 0 ? null : (
                <i
                  key={state}
                  style={{
                    flex: count,
                    ...(state === 'pending' || state === 'queued' ? {} : { background: `var(--${state})` }),
                  }}
                />
              )
            })}
          </span>
        </AppLink>
      ))}
    </section>
  )
}
