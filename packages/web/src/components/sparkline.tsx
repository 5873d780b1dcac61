/** A line as small as a word; gaps stay gaps, a single value is a dot, what is beyond the limit is marked. */
export function Sparkline({
  values,
  limits,
  colour,
  label,
  width = 132,
  height = 24,
}: {
  readonly values: readonly (number | null)[]
  readonly limits?: readonly (number | null)[]
  readonly colour: string
  readonly label: string
  readonly width?: number
  readonly height?: number
}) {
  const known = [...values, ...(limits ?? [])].filter((value) => value !== null)
  if (known.length === 0) return <span className="dim">no value yet</span>
  const [low, high] = [Math.min(...known), Math.max(...known)]
  const x = (index: number): number => 3 + (index / Math.max(1, values.length - 1)) * (width - 6)
  const y = (value: number): number => height - 4 - ((value - low) / (high - low || 1)) * (height - 8)
  let pen = false
  const path = values
    .map((value, index) => {
      if (value === null) {
        pen = false
        return ''
      }
      const step = `${pen ? 'L' : 'M'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`
      pen = true
      return step
    })
    .join('')
  const last = values.findLastIndex((value) => value !== null)
  const limit = limits?.findLast((value) => value !== null)
  return (
    <svg width={width} height={height} role="img" aria-label={label} className="spark">
      {limit == null ? null : (
        <line
          x1={0}
          x2={width}
          y1={y(limit)}
          y2={y(limit)}
          strokeDasharray="4 3"
          style={{ stroke: 'var(--attention)' }}
        />
      )}
      <path d={path} fill="none" strokeWidth={1.5} style={{ stroke: colour }} strokeLinejoin="round" />
      {last < 0 ? null : <circle cx={x(last)} cy={y(values[last] ?? low)} r={2.5} style={{ fill: colour }} />}
    </svg>
  )
}
