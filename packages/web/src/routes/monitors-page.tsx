import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import * as queries from '../api/monitor-queries.ts'
import { AppLink, pathIn } from '../components/app-link.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { countText } from '../components/format.ts'
import { Icon } from '../components/icon.tsx'
import { QueryView } from '../components/query-view.tsx'
import { SkeletonTable } from '../components/skeleton.tsx'
import { CopyButton, Say } from '../components/text.tsx'
import { isOpen } from '../features/alerts/alert-words.ts'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { CreateMonitor } from '../features/monitors/create-monitor.tsx'
import { MonitorTable } from '../features/monitors/monitor-table.tsx'
import { cliIn, pythonIn } from '../features/snippets.ts'
import { usePageParams } from './search.ts'

export function MonitorsPage() {
  const { ws } = usePageParams()
  const monitors = useQuery(queries.monitors(ws))
  const [creating, setCreating] = useState(false)
  return (
    <WorkspacePage
      ws={ws}
      title="Monitors"
      actions={
        <>
          <AppLink to={pathIn(ws, 'alerts')} className="btn ghost">
            <Icon name="attention" size={14} />
            <span>Alerts</span>
          </AppLink>
          <CopyButton text={cliIn(ws, 'monitor list')} label="Copy as CLI" icon="terminal" />
          <button type="button" className="btn" aria-expanded={creating} onClick={() => setCreating(!creating)}>
            <Icon name="plus" size={14} />
            <span>New monitor</span>
          </button>
        </>
      }
    >
      <QueryView
        query={monitors}
        skeleton={
          <>
            <h1>Monitors</h1>
            <SkeletonTable columns={['Monitor', 'State', 'What fires', 'Newest window', 'Accuracy', 'Computed']} />
          </>
        }
      >
        {({ items }) =>
          items.length === 0 ? (
            <>
              <h1>Monitors</h1>
              <EmptyState
                title="No monitor yet."
                text="A monitor reads what an endpoint was asked and what really happened, says which feature drifted and since when, and whether the model is still right."
                cli={cliIn(ws, 'monitor create -f monitor.yml')}
                python={pythonIn(ws, 'monitor = workspace.monitors.create("monitor.yml")\nmonitor.run()')}
              >
                <CreateMonitor ws={ws} />
              </EmptyState>
            </>
          ) : (
            <>
              <Say lead>
                <Sentence
                  count={items.length}
                  firing={items.filter((one) => one.alerts.some(isOpen)).map((one) => one.name)}
                />
              </Say>
              {creating ? (
                <div className="box" style={{ maxWidth: 360, marginTop: 12 }}>
                  <CreateMonitor ws={ws} />
                </div>
              ) : null}
              <div className="s1">
                <MonitorTable ws={ws} monitors={items} />
              </div>
            </>
          )
        }
      </QueryView>
    </WorkspacePage>
  )
}

function Sentence({ count, firing }: { readonly count: number; readonly firing: readonly string[] }) {
  if (firing.length === 0)
    return (
      <>
        <b>All quiet.</b> {countText(count, 'monitor')} {count === 1 ? 'watches' : 'watch'}, nothing fires.
      </>
    )
  return (
    <>
      <b>{firing.slice(0, 3).join(', ')}</b>
      {firing.length > 3 ? ` and ${firing.length - 3} more` : ''} {firing.length === 1 ? 'has' : 'have'} an alert;{' '}
      {count - firing.length === 0 ? 'no other watches' : `${count - firing.length} of ${count} quiet`}.
    </>
  )
}
