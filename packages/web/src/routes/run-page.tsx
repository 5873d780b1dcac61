import { useQuery } from '@tanstack/react-query'
import type { Answer } from '@modelyard/client'
import * as queries from '../api/queries.ts'
import { AppLink, pathIn } from '../components/app-link.tsx'
import { exactText, numberText, spanText } from '../components/format.ts'
import { QueryView } from '../components/query-view.tsx'
import { State } from '../components/state.tsx'
import { Tabs } from '../components/tabs.tsx'
import { CopyButton, CopyId, SectionHead, useNow } from '../components/text.tsx'
import { Artifacts } from '../features/experiments/artifacts.tsx'
import { MetricChart } from '../features/experiments/metric-chart.tsx'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { StepLog } from '../features/jobs/step-log.tsx'
import { usePageParams, usePageSearch } from './search.ts'

type Run = Answer<'getRun'>
type Tab = 'overview' | 'artifacts' | 'logs'

export function RunPage() {
  const { ws, id } = usePageParams()
  const run = useQuery(queries.run(ws, id))
  return (
    <WorkspacePage
      ws={ws}
      noun={
        run.data === undefined
          ? { text: 'Experiments', path: 'experiments' }
          : { text: run.data.experiment, path: `experiments/${run.data.experiment}` }
      }
      title={run.data?.name ?? id}
      actions={
        <>
          <CopyId id={id} />
          <CopyButton
            text={`import mlflow\n\nmlflow.set_tracking_uri("${location.origin}/w/${ws}")\nrun = mlflow.get_run("${id}")`}
            label="Copy as Python"
            icon="terminal"
          />
        </>
      }
    >
      <QueryView query={run}>{(data) => <Body ws={ws} run={data} />}</QueryView>
    </WorkspacePage>
  )
}

function Body({ ws, run }: { readonly ws: string; readonly run: Run }) {
  const [search, setSearch] = usePageSearch()
  const now = useNow(1000, run.endedAt === null)
  const tabs: { value: Tab; text: string }[] = [
    { value: 'overview', text: 'Metrics and parameters' },
    { value: 'artifacts', text: 'Artifacts' },
    ...(run.jobId === null || run.step === null ? [] : [{ value: 'logs' as const, text: 'Logs' }]),
  ]
  const tab = tabs.find(({ value }) => value === search['tab'])?.value ?? 'overview'
  return (
    <>
      <div className="lead">
        <h1>{run.name}</h1>
        <State status={run.status} />
        <span className="sub">{spanText(run.startedAt, run.endedAt, now)}</span>
        <p className="facts sp">
          <span>
            started <b>{exactText(run.startedAt)}</b> by <b>{run.createdBy}</b>
          </span>
          {run.jobId === null ? null : (
            <span>
              step{' '}
              <AppLink to={pathIn(ws, 'jobs', run.jobId)} className="link">
                {run.step ?? run.jobId}
              </AppLink>
            </span>
          )}
          {(run.models ?? []).map((model) => (
            <span key={`${model.name}:${model.version}`}>
              registered as{' '}
              <AppLink to={pathIn(ws, 'models', model.name, model.version)} className="link">
                {model.name}:{model.version}
              </AppLink>
            </span>
          ))}
        </p>
      </div>
      <div style={{ marginTop: 10 }}>
        <Tabs
          label="What of the run"
          value={tab}
          options={tabs}
          onChange={(next) => setSearch({ tab: next === 'overview' ? undefined : next, path: undefined })}
        />
      </div>
      {tab === 'overview' ? <Overview ws={ws} run={run} /> : null}
      {tab === 'artifacts' ? (
        <Artifacts
          ws={ws}
          run={run.id}
          path={search['path'] ?? ''}
          onPath={(path) => setSearch({ path: path === '' ? undefined : path })}
        />
      ) : null}
      {tab === 'logs' && run.jobId !== null && run.step !== null ? (
        <StepLog ws={ws} id={run.jobId} step={run.step} attempts={1} follow={run.endedAt === null} />
      ) : null}
    </>
  )
}

function Overview({ ws, run }: { readonly ws: string; readonly run: Run }) {
  const series = useQuery(queries.runSeries(ws, run.id))
  const curves = series.data ?? []
  return (
    <>
      <section className="sec">
        <SectionHead title="Metrics" basis={`${run.metrics.length}, last values`} />
        {run.metrics.length === 0 ? <p className="note">This run logged no metric yet.</p> : null}
        <Pairs pairs={run.metrics.map((metric) => [metric.name, numberText(metric.value)])} />
        <div className="charts">
          {curves
            .filter((one) => one.total > 1)
            .map((one) => (
              <MetricChart
                key={one.name}
                name={one.name}
                sync="run"
                curves={[{ label: run.name, colour: 'var(--s1)', series: one }]}
              />
            ))}
        </div>
      </section>
      <div className="cols" style={{ gridTemplateColumns: 'repeat(2, minmax(0, 1fr))', marginTop: 22 }}>
        <section>
          <SectionHead title="Parameters" basis={Object.keys(run.parameters).length} />
          <Pairs pairs={Object.entries(run.parameters)} />
        </section>
        <section>
          <SectionHead title="Tags" basis={Object.keys(run.tags).length} />
          <Pairs pairs={Object.entries(run.tags)} />
        </section>
      </div>
      {run.inputs.length === 0 ? null : (
        <section className="sec">
          <SectionHead title="Inputs" basis={run.inputs.length} />
          <Pairs pairs={run.inputs.map((input) => [`${input.name} ${input.context}`, input.digest.slice(0, 16)])} />
        </section>
      )}
    </>
  )
}

function Pairs({ pairs }: { readonly pairs: readonly (readonly [string, string])[] }) {
  return (
    <dl className="kv2">
      {pairs.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value.length > 300 ? `${value.slice(0, 300)}…` : value}</dd>
        </div>
      ))}
    </dl>
  )
}
