import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import * as queries from '../api/monitor-queries.ts'
import { ErrorPanel } from '../components/error-panel.tsx'
import { countText } from '../components/format.ts'
import { MoreButton } from '../components/more-button.tsx'
import { SkeletonBlock } from '../components/skeleton.tsx'
import { Segmented } from '../components/tabs.tsx'
import { CopyButton, Say } from '../components/text.tsx'
import { AlertList } from '../features/alerts/alert-list.tsx'
import { isOpen } from '../features/alerts/alert-words.ts'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { cliIn } from '../features/snippets.ts'
import { usePageParams, usePageSearch } from './search.ts'

const shows = [
  { value: 'open', text: 'Open' },
  { value: 'pending', text: 'Pending' },
  { value: 'resolved', text: 'Resolved' },
  { value: 'all', text: 'All' },
] as const

export function AlertsPage() {
  const { ws, id } = usePageParams()
  const [search, setSearch] = usePageSearch()
  const show = shows.find((one) => one.value === search['status'])?.value ?? (id === '' ? 'open' : 'all')
  const monitor = search['monitor']
  const list = useInfiniteQuery(
    queries.alerts(ws, { monitor, ...(show === 'pending' || show === 'resolved' ? { status: show } : {}) }),
  )
  const named = useQuery({ ...queries.alert(ws, id), enabled: id !== '' })
  const all = list.data?.pages.flatMap((page) => page.items) ?? []
  const listed = show === 'open' ? all.filter(isOpen) : all
  const alerts = named.data === undefined || listed.some((one) => one.id === id) ? listed : [named.data, ...listed]
  return (
    <WorkspacePage
      ws={ws}
      noun={{ text: 'Monitors', path: 'monitors' }}
      title="Alerts"
      actions={<CopyButton text={cliIn(ws, 'alert list')} label="Copy as CLI" icon="terminal" />}
    >
      <Say lead>
        {show === 'open' && alerts.length > 0 ? (
          <>
            <b>{countText(alerts.length, 'alert')}</b> {alerts.length === 1 ? 'is' : 'are'} open
            {monitor === undefined ? '' : ` in ${monitor}`}.
          </>
        ) : (
          <>
            <b>Alerts</b> {monitor === undefined ? 'of all monitors' : `of ${monitor}`}, newest first.
          </>
        )}
      </Say>
      <div className="row wrap" style={{ margin: '12px 0' }}>
        <Segmented
          label="Which"
          value={show}
          options={shows}
          onChange={(next) => setSearch({ status: next === 'open' ? undefined : next })}
        />
        {monitor === undefined ? null : (
          <button type="button" className="btn ghost" onClick={() => setSearch({ monitor: undefined })}>
            Of all monitors
          </button>
        )}
      </div>
      {list.isError ? <ErrorPanel error={list.error} /> : null}
      {named.isError ? <ErrorPanel error={named.error} /> : null}
      {list.data === undefined ? list.isError ? null : <SkeletonBlock height={240} /> : null}
      {list.data !== undefined && alerts.length === 0 ? (
        <p className="note">
          {show === 'open'
            ? 'Nothing fires. When a signal of a monitor goes beyond its limit, it shows here with since when, which features, and what it cost.'
            : 'There is none.'}
        </p>
      ) : (
        <AlertList
          ws={ws}
          alerts={alerts}
          opened={search['alert'] ?? (id === '' ? undefined : id)}
          onOpen={(next) => setSearch({ alert: next ?? (id === '' ? undefined : 'none') })}
          withMonitor
        />
      )}
      <MoreButton list={list} />
    </WorkspacePage>
  )
}
