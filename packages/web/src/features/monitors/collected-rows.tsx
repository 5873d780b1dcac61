import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import * as queries from '../../api/monitor-queries.ts'
import { bytesText, numberText } from '../../components/format.ts'
import { QueryView } from '../../components/query-view.tsx'
import { SkeletonTable } from '../../components/skeleton.tsx'
import { CopyButton, SectionHead, When } from '../../components/text.tsx'
import { cliIn } from '../snippets.ts'

const sizes = [50, 200, 1000]

/** The newest collected rows as they lie, with predictions and labels, and the files they are in. */
export function CollectedRows({
  ws,
  endpoint,
  monitor,
}: {
  readonly ws: string
  readonly endpoint: string
  readonly monitor: string
}) {
  const [limit, setLimit] = useState(50)
  const rows = useQuery(queries.collectedRows(ws, endpoint, limit))
  const files = useQuery(queries.collectedFiles(ws, endpoint))
  return (
    <>
      <section className="sec">
        <SectionHead title="Newest rows" basis={rows.data === undefined ? undefined : `${rows.data.rows.length} shown`}>
          <label className="row">
            Show
            <select
              className="field"
              style={{ width: 72 }}
              value={limit}
              onChange={(event) => setLimit(Number(event.target.value))}
            >
              {sizes.map((size) => (
                <option key={size} value={size}>
                  {size}
                </option>
              ))}
            </select>
          </label>
          <CopyButton text={cliIn(ws, `monitor data ${monitor} --out rows`)} label="Copy as CLI" icon="terminal" />
        </SectionHead>
        <QueryView
          query={rows}
          skeleton={<SkeletonTable columns={['event_time', 'request_id', 'prediction']} rows={8} />}
        >
          {(data) =>
            data.rows.length === 0 ? (
              <p className="note">
                No row was collected yet. Each prediction of {endpoint} leaves its inputs and its answer here.
              </p>
            ) : (
              <RowTable columns={data.columns} rows={data.rows} />
            )
          }
        </QueryView>
      </section>
      <section className="sec">
        <SectionHead title="Files" basis="Parquet, for pandas and DuckDB as they lie" />
        <QueryView query={files} skeleton={<SkeletonTable columns={['File', 'Rows', 'Size']} />}>
          {({ items }) =>
            items.length === 0 ? (
              <p className="note">No file was written yet.</p>
            ) : (
              <div className="scroll" tabIndex={0} role="group" aria-label="Files">
                <table style={{ minWidth: 620 }}>
                  <thead>
                    <tr>
                      <th>File</th>
                      <th className="r">Rows</th>
                      <th className="r">Size</th>
                      <th className="r">To</th>
                    </tr>
                  </thead>
                  <tbody>
                    {items
                      .slice(-100)
                      .toReversed()
                      .map((file) => (
                        <tr key={file.path}>
                          <td>
                            <a
                              className="link mono"
                              download
                              href={`/api/v1/workspaces/${encodeURIComponent(ws)}/endpoints/${encodeURIComponent(endpoint)}/collected/file?path=${encodeURIComponent(file.path)}`}
                            >
                              {file.path}
                            </a>
                          </td>
                          <td className="r">{file.rows.toLocaleString('en-GB')}</td>
                          <td className="r">{bytesText(file.sizeBytes)}</td>
                          <td className="r sub">
                            <When at={file.to} />
                          </td>
                        </tr>
                      ))}
                  </tbody>
                </table>
              </div>
            )
          }
        </QueryView>
      </section>
    </>
  )
}

function RowTable({
  columns,
  rows,
}: {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
}) {
  const decimals = columns.map((_column, place) => decimalsOf(rows, place))
  return (
    <div
      className="scroll"
      tabIndex={0}
      role="group"
      aria-label="Collected rows"
      style={{ maxHeight: 560, overflowY: 'auto' }}
    >
      <table className="rowt">
        <thead>
          <tr>
            {columns.map((column, index) => (
              <th key={column} className={isNumeric(rows, index) ? 'r' : undefined}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {columns.map((column, place) => (
                <td key={column} className={isNumeric(rows, place) ? 'r' : undefined}>
                  <CellText value={row[place]} decimals={decimals[place] ?? 0} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const isNumeric = (rows: readonly (readonly unknown[])[], column: number): boolean =>
  typeof rows.find((row) => row[column] !== null)?.[column] === 'number'

/** So many decimals that no value of the column loses more than its fifth. */
function decimalsOf(rows: readonly (readonly unknown[])[], column: number): number {
  const lengths = rows.map((row) => {
    const value = row[column]
    return typeof value === 'number' ? (String(Number(value.toPrecision(10))).split('.')[1]?.length ?? 0) : 0
  })
  return Math.min(4, Math.max(0, ...lengths))
}

function CellText({ value, decimals }: { readonly value: unknown; readonly decimals: number }) {
  if (value === null || value === undefined) return <span className="dim">–</span>
  if (typeof value === 'number') return Math.abs(value) >= 1e9 ? numberText(value) : value.toFixed(decimals)
  return typeof value === 'string' ? value : JSON.stringify(value)
}
