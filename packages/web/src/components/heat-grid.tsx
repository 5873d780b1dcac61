import { useVirtualizer, useWindowVirtualizer } from '@tanstack/react-virtual'
import { memo, useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type RefObject } from 'react'

export interface HeatColumn {
  readonly key: string
  readonly group: string
  readonly text: string
  /** The whole name of the column, for a sentence. */
  readonly name: string
}
export interface HeatCell {
  readonly text: string
  /** 0 to 6; null for a cell without a value or a colour. */
  readonly level: number | null
  readonly says: string
}
export interface HeatRow {
  readonly key: string
  readonly label: string
  /** A line that only names the rows below it. */
  readonly heading?: boolean
  /** Numbers about the columns, shown without colour and not chosen. */
  readonly plain?: boolean
  readonly limit: string
  readonly cell: (column: number) => HeatCell
}
export interface HeatPlace {
  readonly row: number
  readonly column: number
}

const rowHeight = 20

/**
 * Rows by columns as coloured numbers. Only what is on the screen is in the page; arrow keys choose a cell, `Home` and `End` go along the row.
 * It shares the sideways scroll of `scroller` with what is drawn above it.
 */
export const HeatGrid = memo(function HeatGrid({
  label,
  limitTitle,
  columns,
  rows,
  selected,
  onSelect,
  scroller,
  cellWidth,
  left,
  right,
}: {
  readonly label: string
  readonly limitTitle: string
  readonly columns: readonly HeatColumn[]
  readonly rows: readonly HeatRow[]
  readonly selected: HeatPlace | undefined
  readonly onSelect: (place: HeatPlace) => void
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly cellWidth: number
  readonly left: number
  readonly right: number
}) {
  const body = useRef<HTMLDivElement>(null)
  const id = useId()
  const margin = useTop(body)
  const visibleRows = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: margin,
  })
  const visibleColumns = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => cellWidth,
    overscan: 8,
  })
  useLayoutEffect(() => visibleColumns.measure(), [cellWidth, visibleColumns])
  const choose = (row: number, column: number): void => {
    onSelect({ row, column })
    visibleColumns.scrollToIndex(column, { align: 'auto' })
    visibleRows.scrollToIndex(row, { align: 'auto' })
  }
  const shownColumns = visibleColumns.getVirtualItems().map((one) => one.index)
  const cellId = (row: number, column: number): string => `${id}-${row}-${column}`
  const isShown =
    selected !== undefined &&
    shownColumns.includes(selected.column) &&
    visibleRows.getVirtualItems().some((one) => one.index === selected.row)
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = nextPlace(event.key, selected, rows, columns.length)
    if (to === undefined) return
    event.preventDefault()
    choose(to.row, to.column)
  }
  const groups = groupSpans(columns)
  return (
    <div
      className="hg"
      role="grid"
      aria-label={`${label}; arrow keys choose a cell`}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length + 2}
      aria-activedescendant={isShown ? cellId(selected.row, selected.column) : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      style={{ width: left + columns.length * cellWidth + right, ['--hl' as string]: `${left}px` }}
    >
      <div className="hgy" aria-hidden="true">
        {groups.map((group) => (
          <b key={group.from} style={{ left: left + group.from * cellWidth, width: group.count * cellWidth }}>
            <span>{group.text}</span>
          </b>
        ))}
      </div>
      <div className="hgq" role="row" aria-rowindex={1}>
        <span role="columnheader" className="hgl">
          <span className="vh">Feature</span>
        </span>
        {shownColumns.map((index) => (
          <span
            key={index}
            role="columnheader"
            aria-colindex={index + 2}
            aria-label={columns[index]?.name}
            style={{ left: left + index * cellWidth, width: cellWidth }}
          >
            {columns[index]?.text}
          </span>
        ))}
        <span role="columnheader" className="hgr" style={{ width: right }}>
          {limitTitle}
        </span>
      </div>
      <div role="rowgroup" ref={body} style={{ height: rows.length * rowHeight, position: 'relative' }}>
        {visibleRows.getVirtualItems().map(({ index }) => {
          const row = rows[index]
          return row === undefined ? null : (
            <Row
              key={row.key}
              row={row}
              index={index}
              columns={shownColumns}
              chosen={selected?.row === index ? selected.column : undefined}
              cellId={cellId}
              onChoose={choose}
              cellWidth={cellWidth}
              left={left}
              right={right}
            />
          )
        })}
      </div>
    </div>
  )
})

function Row({
  row,
  index,
  columns,
  chosen,
  cellId,
  onChoose,
  cellWidth,
  left,
  right,
}: {
  readonly row: HeatRow
  readonly index: number
  readonly columns: readonly number[]
  readonly chosen: number | undefined
  readonly cellId: (row: number, column: number) => string
  readonly onChoose: (row: number, column: number) => void
  readonly cellWidth: number
  readonly left: number
  readonly right: number
}) {
  const kind = row.heading === true ? ' hd' : row.plain === true ? ' pl' : ''
  return (
    <div className={`hgw${kind}`} role="row" aria-rowindex={index + 2} style={{ top: index * rowHeight }}>
      <span role="rowheader" className="hgl" title={row.label}>
        {row.label}
      </span>
      {row.heading === true
        ? null
        : columns.map((column) => {
            const cell = row.cell(column)
            return (
              <span
                key={column}
                id={cellId(index, column)}
                role="gridcell"
                aria-colindex={column + 2}
                aria-selected={row.plain === true ? undefined : chosen === column}
                aria-label={cell.says}
                title={cell.says}
                className={cell.level === null ? 'na' : `h${cell.level}`}
                style={{ left: left + column * cellWidth, width: cellWidth - 1 }}
                onClick={row.plain === true ? undefined : () => onChoose(index, column)}
              >
                {cell.text}
              </span>
            )
          })}
      <span role="gridcell" className="hgr" style={{ width: right }}>
        {row.limit}
      </span>
    </div>
  )
}

function nextPlace(
  key: string,
  selected: HeatPlace | undefined,
  rows: readonly HeatRow[],
  columns: number,
): HeatPlace | undefined {
  const can = (row: number): boolean => rows[row] !== undefined && !rows[row].heading && !rows[row].plain
  const first = rows.findIndex((_row, index) => can(index))
  if (first < 0 || columns === 0) return undefined
  const from = selected ?? { row: first, column: columns - 1 }
  const along = (column: number): HeatPlace => ({ row: from.row, column: Math.min(columns - 1, Math.max(0, column)) })
  const down = (step: 1 | -1): HeatPlace => {
    let row = from.row + step
    while (rows[row] !== undefined && !can(row)) row += step
    return can(row) ? { row, column: from.column } : from
  }
  if (key === 'ArrowRight') return along(from.column + 1)
  if (key === 'ArrowLeft') return along(from.column - 1)
  if (key === 'Home') return along(0)
  if (key === 'End') return along(columns - 1)
  if (key === 'ArrowDown') return down(1)
  if (key === 'ArrowUp') return down(-1)
  return undefined
}

function groupSpans(columns: readonly HeatColumn[]): readonly { text: string; from: number; count: number }[] {
  const spans: { text: string; from: number; count: number }[] = []
  for (const [index, column] of columns.entries()) {
    const last = spans.at(-1)
    if (last !== undefined && last.text === column.group) last.count += 1
    else spans.push({ text: column.group, from: index, count: 1 })
  }
  return spans
}

/** Distance of an element from the top of the document; what is above it may grow. */
function useTop(box: RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0)
  useEffect(() => {
    const measure = (): void => {
      if (box.current !== null) setTop(Math.round(box.current.getBoundingClientRect().top + window.scrollY))
    }
    measure()
    const watch = new ResizeObserver(measure)
    watch.observe(document.body)
    return () => watch.disconnect()
  }, [box])
  return top
}
