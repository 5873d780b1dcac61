import type { Answer } from '@modelyard/client'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useMemo, useState, type ReactNode } from 'react'
import * as queries from '../../api/monitor-queries.ts'
import { AppLink, pathIn } from '../../components/app-link.tsx'
import { QueryView } from '../../components/query-view.tsx'
import { SkeletonBlock } from '../../components/skeleton.tsx'
import { Segmented } from '../../components/tabs.tsx'
import { Say, SectionHead } from '../../components/text.tsx'
import { AlertList } from '../alerts/alert-list.tsx'
import { isOpen } from '../alerts/alert-words.ts'
import { LoopStory } from '../loops/loop-story.tsx'
import { metricsOf } from './accuracy.ts'
import { answerOf } from './answer.ts'
import { Answered } from './answered.tsx'
import { CellPanel, referenceText } from './cell-panel.tsx'
import { Collection } from './collection.tsx'
import { groupRows, strongestCell, type Matrix, type MatrixRow, type RowGroup } from './heat.ts'
import { ReadOut } from './read-out.tsx'
import { HeatLegend, StillRight } from './still-right.tsx'
import { WholeSignals } from './whole-signals.tsx'
import { windowName, windowsText } from './windows.ts'

type Monitor = Answer<'getMonitor'>
type Search = Readonly<Record<string, string | undefined>>
interface Parts {
  readonly ws: string
  readonly monitor: Monitor
  readonly search: Search
  readonly onSearch: (change: Search) => void
}

const spans = [
  { value: '25', text: '25' },
  { value: '100', text: '100' },
  { value: '400', text: '400' },
] as const
type Span = (typeof spans)[number]['value']

/** The monitor's page: the answer, the loop, accuracy and drift on one axis, and beside them the chosen cell and the alerts. */
export function MonitorStory({ tabs, ...parts }: Parts & { readonly tabs: ReactNode }) {
  const { ws, monitor, search } = parts
  const span: Span = spans.find((one) => one.value === search['windows'])?.value ?? '100'
  const matrix = useQuery(queries.monitorMatrix(ws, monitor.name, Number(span)))
  return (
    <QueryView
      query={matrix}
      skeleton={
        <>
          <Say lead>
            <b>{monitor.name}</b>
          </Say>
          <SkeletonBlock height={560} />
        </>
      }
    >
      {(data) => <Story {...parts} matrix={data} span={span} tabs={tabs} />}
    </QueryView>
  )
}

function Story({
  ws,
  monitor,
  search,
  onSearch,
  matrix,
  span,
  tabs,
}: Parts & { readonly matrix: Matrix; readonly span: Span; readonly tabs: ReactNode }) {
  const groups = useMemo(() => groupRows(matrix, monitor.signals), [matrix, monitor.signals])
  const metrics = useMemo(() => metricsOf(matrix), [matrix])
  const metric = metrics.find((name) => name === search['metric']) ?? metrics[0] ?? ''
  const answer = useMemo(() => answerOf(matrix, groups, metric), [matrix, groups, metric])
  const [hovered, setHovered] = useState<number>()
  const chosen = useMemo(() => chosenCell(matrix, groups, search), [matrix, groups, search])
  const choose = (row: MatrixRow | undefined, column: number): void =>
    onSearch({
      window: matrix.windows[column]?.start,
      ...(row === undefined ? {} : { signal: row.signal, feature: row.feature, statistic: row.statistic }),
    })
  const shown = hovered ?? chosen?.column ?? matrix.windows.length - 1
  const shownWindow = matrix.windows[shown]
  return (
    <>
      <Answered ws={ws} monitor={monitor} matrix={matrix} answer={answer} />
      {monitor.lastError === null ? null : (
        <p className="notice bad">
          <b>The newest run failed:</b> {monitor.lastError}
        </p>
      )}
      {monitor.reference.kind === 'none' && monitor.reference.reason !== '' ? (
        <p className="notice">
          <b>Nothing to compare with:</b> {monitor.reference.reason}
        </p>
      ) : null}
      {monitor.warnings.map((warning) => (
        <p key={warning} className="notice">
          {warning}
        </p>
      ))}
      <div style={{ marginTop: 8 }}>{tabs}</div>
      <LoopStory
        ws={ws}
        filter={{ monitor: monitor.name }}
        basis={
          monitor.alert.trigger === null
            ? 'no trigger: an alert is only told'
            : `an alert fires trigger ${monitor.alert.trigger}`
        }
        empty={
          monitor.alert.trigger === null
            ? 'Name a trigger in the monitor’s file (alert: { trigger: retrain }), and an alert retrains by itself.'
            : 'No alert has started it yet.'
        }
        chosen={search['loop'] === undefined ? undefined : { loop: search['loop'], stage: search['stage'] ?? '' }}
        onChoose={(next) => onSearch({ loop: next?.loop, stage: next?.stage })}
      />
      <div className="cols mo">
        <section>
          <SectionHead
            title="Still right?"
            basis={
              <span className="only-mid">
                {windowsText(monitor.window)} by the rows’ own time; drift against {referenceText(monitor)}
              </span>
            }
          >
            {metrics.length < 2 ? undefined : (
              <Segmented
                label="Metric"
                value={metric}
                options={metrics.slice(0, 5).map((name) => ({ value: name, text: name }))}
                onChange={(next) => onSearch({ metric: next })}
              />
            )}
            {matrix.windows.length < 25 ? undefined : (
              <Segmented
                label="Windows"
                value={span}
                options={spans}
                onChange={(next) => onSearch({ windows: next === '100' ? undefined : next })}
              />
            )}
          </SectionHead>
          {matrix.windows.length === 0 ? (
            <p className="note">
              No window was computed yet: the endpoint’s predictions fill it, and a window counts when it is over.
            </p>
          ) : (
            <>
              <StillRight
                monitor={monitor}
                matrix={matrix}
                groups={groups}
                metric={metric}
                chosen={chosen}
                hovered={hovered}
                onHover={setHovered}
                onChoose={choose}
              />
              <HeatLegend />
            </>
          )}
          <WholeSignals monitor={monitor} />
          <Collection ws={ws} monitor={monitor} matrix={matrix} />
        </section>
        <aside>
          {shownWindow === undefined ? null : (
            <ReadOut matrix={matrix} metric={metric} column={shown} name={windowName(monitor.window, shownWindow)} />
          )}
          {chosen?.row === undefined || matrix.windows[chosen.column] === undefined ? null : (
            <section className="sec">
              <CellPanel
                ws={ws}
                monitor={monitor}
                row={chosen.row}
                start={matrix.windows[chosen.column]?.start ?? ''}
              />
            </section>
          )}
          <Alerts ws={ws} monitor={monitor} opened={search['alert']} onOpen={(id) => onSearch({ alert: id })} />
        </aside>
      </div>
    </>
  )
}

/** What the address names, else the newest cell worth looking at. */
function chosenCell(
  matrix: Matrix,
  groups: readonly RowGroup[],
  search: Search,
): { readonly row: MatrixRow | undefined; readonly column: number } | undefined {
  const rows = groups.flatMap((group) => group.rows)
  const strongest = strongestCell(groups)
  const row =
    rows.find(
      (one) =>
        one.signal === search['signal'] &&
        one.feature === (search['feature'] ?? '') &&
        (search['statistic'] === undefined || one.statistic === search['statistic']),
    ) ?? rows.find((one) => one.signal === strongest?.signal && one.feature === strongest.feature)
  const named = matrix.windows.findIndex((window) => window.start === search['window'])
  const column = named >= 0 ? named : (strongest?.column ?? matrix.windows.length - 1)
  return column < 0 ? undefined : { row, column }
}

function Alerts({
  ws,
  monitor,
  opened,
  onOpen,
}: {
  readonly ws: string
  readonly monitor: Monitor
  readonly opened: string | undefined
  readonly onOpen: (id: string | undefined) => void
}) {
  const list = useInfiniteQuery(queries.alerts(ws, { monitor: monitor.name }))
  const alerts = list.data?.pages.flatMap((page) => page.items) ?? monitor.alerts
  const open = alerts.filter(isOpen)
  const shown =
    open.length > 0 ? [...open, ...alerts.filter((alert) => !isOpen(alert)).slice(0, 3)] : alerts.slice(0, 5)
  return (
    <section className="sec">
      <SectionHead title="Alerts" basis={open.length === 0 ? 'none fires' : `${open.length} open`}>
        {alerts.length === 0 ? undefined : (
          <AppLink
            to={`${pathIn(ws, 'alerts')}?monitor=${encodeURIComponent(monitor.name)}&status=all`}
            className="link"
          >
            all {alerts.length}
          </AppLink>
        )}
      </SectionHead>
      {shown.length === 0 ? <p className="note">It never fired.</p> : null}
      <AlertList
        ws={ws}
        alerts={shown}
        opened={opened ?? (open.length === 1 ? open[0]?.id : undefined)}
        onOpen={onOpen}
      />
    </section>
  )
}
