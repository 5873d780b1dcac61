import type { Answer } from '@modelyard/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { call, queryClient } from '../api/client.ts'
import * as queries from '../api/monitor-queries.ts'
import { AppLink, pathIn } from '../components/app-link.tsx'
import { ErrorPanel } from '../components/error-panel.tsx'
import { Icon } from '../components/icon.tsx'
import { QueryView } from '../components/query-view.tsx'
import { Tabs } from '../components/tabs.tsx'
import { CopyButton } from '../components/text.tsx'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { CollectedRows } from '../features/monitors/collected-rows.tsx'
import { MonitorSource } from '../features/monitors/monitor-source.tsx'
import { MonitorStory } from '../features/monitors/monitor-story.tsx'
import { cliIn } from '../features/snippets.ts'
import { usePageParams, usePageSearch } from './search.ts'

type Tab = 'story' | 'rows' | 'settings'
const tabs: readonly { readonly value: Tab; readonly text: string }[] = [
  { value: 'story', text: 'Still right?' },
  { value: 'rows', text: 'Collected rows' },
  { value: 'settings', text: 'Settings' },
]

export function MonitorPage() {
  const { ws, name } = usePageParams()
  const [search, setSearch] = usePageSearch()
  const monitor = useQuery(queries.monitor(ws, name))
  const run = useMutation({
    mutationFn: () => call('runMonitor', { params: { ws, name }, query: { windows: 1 } }),
    onSuccess: () =>
      Promise.all(
        ['monitors', 'alerts', 'collected'].map((noun) => queryClient.invalidateQueries({ queryKey: [ws, noun] })),
      ),
  })
  const tab = tabs.find((one) => one.value === search['tab'])?.value ?? 'story'
  return (
    <WorkspacePage
      ws={ws}
      noun={{ text: 'Monitors', path: 'monitors' }}
      title={name}
      actions={
        <>
          {monitor.data === undefined ? null : (
            <AppLink to={pathIn(ws, 'endpoints', monitor.data.endpoint)} className="btn ghost">
              <Icon name="endpoints" size={14} />
              <span>{monitor.data.endpoint}</span>
            </AppLink>
          )}
          <CopyButton text={cliIn(ws, `monitor show ${name}`)} label="Copy as CLI" icon="terminal" />
          <button type="button" className="btn" disabled={run.isPending} onClick={() => run.mutate()}>
            <Icon name={run.isPending ? 'running' : 'play'} size={14} />
            <span>{run.isPending ? 'Computing' : 'Run now'}</span>
          </button>
        </>
      }
    >
      {run.isError ? <ErrorPanel error={run.error} /> : null}
      <QueryView query={monitor}>
        {(data) => (
          <>
            {tab === 'story' ? null : <h1>{name}</h1>}
            <Body
              ws={ws}
              monitor={data}
              tab={tab}
              onTab={(next) => setSearch({ tab: next === 'story' ? undefined : next })}
            />
          </>
        )}
      </QueryView>
    </WorkspacePage>
  )
}

function Body({
  ws,
  monitor,
  tab,
  onTab,
}: {
  readonly ws: string
  readonly monitor: Answer<'getMonitor'>
  readonly tab: Tab
  readonly onTab: (tab: Tab) => void
}) {
  const [search, setSearch] = usePageSearch()
  const bar = <Tabs label="Of the monitor" value={tab} options={tabs} onChange={onTab} />
  if (tab === 'story') return <MonitorStory ws={ws} monitor={monitor} search={search} onSearch={setSearch} tabs={bar} />
  return (
    <>
      <div className="s1">{bar}</div>
      {tab === 'rows' ? (
        <CollectedRows ws={ws} endpoint={monitor.endpoint} monitor={monitor.name} />
      ) : (
        <MonitorSource ws={ws} monitor={monitor} />
      )}
    </>
  )
}
