import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef } from 'react'

const bad = /\b(\w*error|\w*exception|traceback|fatal)\b/i
const warn = /\bwarn(ing)?\b/i
// Terminals' colour codes would be noise here.
// oxlint-disable-next-line no-control-regex
const escapes = /\u001b\[[0-9;]*[A-Za-z]/g

/** A log as real text, by lines; long ones keep only the visible lines in the page. */
export function LogView({
  text,
  label,
  follow = false,
  height = 560,
}: {
  readonly text: string
  readonly label: string
  readonly follow?: boolean
  readonly height?: number
}) {
  const box = useRef<HTMLDivElement>(null)
  const lines = useMemo(() => text.replace(/\n$/, '').replaceAll(escapes, '').split('\n'), [text])
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => 19,
    overscan: 30,
  })
  useEffect(() => {
    if (follow && lines.length > 1) rows.scrollToIndex(lines.length - 1, { align: 'end' })
  }, [follow, lines.length, rows])
  if (text === '') return <p className="note">Nothing was written yet.</p>
  return (
    <div className="log" ref={box} style={{ maxHeight: height }} tabIndex={0} role="log" aria-label={label}>
      <section style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {rows.getVirtualItems().map((row) => (
          <LogLine
            key={row.key}
            index={row.index}
            start={row.start}
            text={lines[row.index] ?? ''}
            measure={rows.measureElement}
          />
        ))}
      </section>
    </div>
  )
}

function LogLine({
  index,
  start,
  text,
  measure,
}: {
  readonly index: number
  readonly start: number
  readonly text: string
  readonly measure: (node: Element | null) => void
}) {
  const kind = bad.test(text) ? 'e' : warn.test(text) ? 'w' : undefined
  return (
    <div
      className="two"
      ref={measure}
      data-index={index}
      style={{ position: 'absolute', top: start, left: 0, right: 0 }}
    >
      <span className="ln">{index + 1}</span>
      <span className={kind}>{text === '' ? ' ' : text}</span>
    </div>
  )
}
