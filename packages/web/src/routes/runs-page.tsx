import { Menu } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import * as queries from '../api/queries.ts'
import { pathIn } from '../components/app-link.tsx'
import { ErrorPanel } from '../components/error-panel.tsx'
import { numberText } from '../components/format.ts'
import { Icon } from '../components/icon.tsx'
import { MoreButton } from '../components/more-button.tsx'
import { seriesColour } from '../components/series-colour.ts'
import { SkeletonTable } from '../components/skeleton.tsx'
import { CopyButton } from '../components/text.tsx'
import {
  chosenColumns,
  columnsOf,
  columnsText,
  lowerIsBetter,
  metricOf,
  quoted,
  type Columns,
  type RunLine,
} from '../features/experiments/run-columns.ts'
import { RunTable } from '../features/experiments/run-table.tsx'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { usePageParams, usePageSearch } from './search.ts'

export function RunsPage() {
  const { ws, name } = usePageParams()
  const [search, setSearch] = usePageSearch()
  const navigate = useNavigate()
  const sort = readSort(search['sort'])
  const list = useInfiniteQuery(
    queries.runs(ws, {
      experiment: name,
      filter: search['filter'],
      orderBy: sort === undefined ? undefined : orderBy(sort),
    }),
  )
  const runs = list.data?.pages.flatMap((page) => page.items) ?? []
  const all = columnsOf(runs)
  const columns = chosenColumns(search['columns'], all)
  const selected = (search['runs'] ?? '').split(',').filter((id) => id !== '')
  const best = bestOf(runs, sort, columns)
  const onSort = (key: string) => setSearch({ sort: sort?.key === key ? (sort.down ? undefined : `-${key}`) : key })
  return (
    <WorkspacePage
      ws={ws}
      noun={{ text: 'Experiments', path: 'experiments' }}
      title={name}
      actions={
        <CopyButton
          text={`import mlflow\n\nmlflow.set_tracking_uri("${location.origin}/w/${ws}")\nmlflow.search_runs(experiment_names=["${name}"])`}
          label="Copy as Python"
          icon="terminal"
        />
      }
    >
      <div className="lead">
        <h1>{name}</h1>
        {best === undefined ? null : (
          <span className="sub">
            best {best.metric} <b className="m">{numberText(best.value)}</b> by {best.run.name}
          </span>
        )}
      </div>
      <FilterBar
        filter={search['filter'] ?? ''}
        count={`${runs.length}${list.hasNextPage ? '+' : ''} runs`}
        onFilter={(filter) => setSearch({ filter: filter === '' ? undefined : filter })}
      >
        <ColumnMenu all={all} chosen={columns} onChange={(next) => setSearch({ columns: columnsText(next) })} />
      </FilterBar>
      {list.isError ? <ErrorPanel error={list.error} /> : null}
      {list.data === undefined ? (
        list.isError ? null : (
          <SkeletonTable columns={['Run', 'Created', 'Took', 'Parameters', 'Metrics']} rows={10} />
        )
      ) : runs.length === 0 ? (
        <p className="note">
          {search['filter'] === undefined ? 'This experiment has no run yet.' : 'No run matches the filter.'}
        </p>
      ) : (
        <RunTable
          ws={ws}
          runs={runs}
          columns={columns}
          sort={sort}
          best={best?.run.id}
          selected={selected}
          onSort={onSort}
          onSelect={(ids) => setSearch({ runs: ids.length === 0 ? undefined : ids.join(',') })}
        />
      )}
      <MoreButton list={list} />
      {selected.length === 0 ? null : (
        <div className="cb" role="region" aria-label="Selected runs">
          <b className="b">{selected.length} selected</b>
          <span className="row sws">
            {selected.slice(0, 8).map((id, index) => (
              <i key={id} className="swatch" style={{ ['--c' as string]: seriesColour(index) }} />
            ))}
          </span>
          <button
            type="button"
            className="btn pri"
            disabled={selected.length < 2}
            onClick={() => void navigate({ to: pathIn(ws, 'compare'), search: { runs: selected.join(',') } })}
          >
            Compare
          </button>
          <button type="button" className="btn ghost" onClick={() => setSearch({ runs: undefined })}>
            Clear
          </button>
        </div>
      )}
    </WorkspacePage>
  )
}

interface Sort {
  readonly key: string
  readonly down: boolean
}

const readSort = (text: string | undefined): Sort | undefined =>
  text === undefined
    ? undefined
    : text.startsWith('-')
      ? { key: text.slice(1), down: true }
      : { key: text, down: false }

function orderBy({ key, down }: Sort): string {
  const dot = key.indexOf('.')
  return `${key.slice(0, dot)}.${quoted(key.slice(dot + 1))} ${down ? 'DESC' : 'ASC'}`
}

function bestOf(
  runs: readonly RunLine[],
  sort: Sort | undefined,
  columns: Columns,
): { run: RunLine; metric: string; value: number } | undefined {
  const metric = sort?.key.startsWith('metrics.') === true ? sort.key.slice('metrics.'.length) : columns.metrics[0]
  if (metric === undefined) return undefined
  const lower = sort?.key === `metrics.${metric}` ? !sort.down : lowerIsBetter(metric)
  let best: { run: RunLine; metric: string; value: number } | undefined
  for (const run of runs) {
    const value = metricOf(run, metric)
    if (typeof value !== 'number') continue
    if (best === undefined || (lower ? value < best.value : value > best.value)) best = { run, metric, value }
  }
  return best
}

function FilterBar({
  filter,
  count,
  onFilter,
  children,
}: {
  readonly filter: string
  readonly count: string
  readonly onFilter: (filter: string) => void
  readonly children: React.ReactNode
}) {
  const [text, setText] = useState(filter)
  return (
    <form
      className="fb"
      onSubmit={(event) => {
        event.preventDefault()
        onFilter(text.trim())
      }}
    >
      <label className="q">
        <Icon name="filter" size={14} />
        <span className="vh">Filter</span>
        <input
          className="plain mono"
          style={{ flex: 1, minWidth: 0, cursor: 'text', outline: 'none' }}
          value={text}
          placeholder="metrics.mae < 2.1 and params.trees = '60'"
          onChange={(event) => setText(event.target.value)}
          onBlur={() => onFilter(text.trim())}
        />
        <span className="dim small">{count}</span>
      </label>
      <span className="row">{children}</span>
    </form>
  )
}

function ColumnMenu({
  all,
  chosen,
  onChange,
}: {
  readonly all: Columns
  readonly chosen: Columns
  readonly onChange: (next: Columns) => void
}) {
  const flip = (names: readonly string[], name: string): string[] =>
    names.includes(name) ? names.filter((one) => one !== name) : [...names, name]
  const count = chosen.parameters.length + chosen.metrics.length
  return (
    <Menu closeOnItemClick={false} position="bottom-end" shadow="md">
      <Menu.Target>
        <button type="button" className="btn">
          <Icon name="columns" size={14} /> {count} of {all.parameters.length + all.metrics.length} columns
        </button>
      </Menu.Target>
      <Menu.Dropdown style={{ maxHeight: 420, overflowY: 'auto' }}>
        <Menu.Label>Parameters</Menu.Label>
        {all.parameters.map((name) => (
          <Menu.CheckboxItem
            key={name}
            checked={chosen.parameters.includes(name)}
            onChange={() => onChange({ ...chosen, parameters: flip(chosen.parameters, name) })}
          >
            {name}
          </Menu.CheckboxItem>
        ))}
        <Menu.Label>Metrics</Menu.Label>
        {all.metrics.map((name) => (
          <Menu.CheckboxItem
            key={name}
            checked={chosen.metrics.includes(name)}
            onChange={() => onChange({ ...chosen, metrics: flip(chosen.metrics, name) })}
          >
            {name}
          </Menu.CheckboxItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
