interface Pair {
  readonly x: number
  readonly y: number
}

const size = 400
const edge = { left: 46, right: 8, top: 10, bottom: 38 }

/** Errors of both models on the same rows; below the line the challenger is closer. Log axes where the errors span more than two powers of ten. */
export function Scatter({
  pairs,
  xTitle,
  yTitle,
}: {
  readonly pairs: readonly Pair[]
  readonly xTitle: string
  readonly yTitle: string
}) {
  const values = pairs.flatMap(({ x, y }) => [x, y])
  const high = Math.max(...values) * 1.05 || 1
  const positive = values.filter((value) => value > 0)
  const low = Math.max(Math.min(...positive), high / 1000)
  const log = high / low > 100
  const part = (value: number): number =>
    log ? Math.log(Math.max(value, low) / low) / Math.log(high / low) : value / high
  const px = (value: number): number => edge.left + part(value) * (size - edge.left - edge.right)
  const py = (value: number): number => size - edge.bottom - part(value) * (size - edge.top - edge.bottom)
  const from = log ? low : 0
  const closer = pairs.filter(({ x, y }) => y < x).length
  return (
    <figure className="chart">
      <svg
        viewBox={`0 0 ${size} ${size}`}
        role="img"
        aria-label={`${closer} of ${pairs.length} rows lie below the line: the challenger is closer there`}
      >
        <polygon
          points={`${px(from)},${py(from)} ${px(high)},${py(high)} ${px(high)},${py(from)}`}
          fill="var(--s3)"
          opacity=".09"
        />
        {ticks(from, high, log).map((tick) => (
          <g key={tick}>
            <line className="grid" x1={edge.left} x2={size - edge.right} y1={py(tick)} y2={py(tick)} />
            <line className="grid" y1={edge.top} y2={size - edge.bottom} x1={px(tick)} x2={px(tick)} />
            <text x={edge.left - 6} y={py(tick) + 4} textAnchor="end">
              {short(tick)}
            </text>
            <text x={px(tick)} y={size - edge.bottom + 15} textAnchor="middle">
              {short(tick)}
            </text>
          </g>
        ))}
        <line x1={px(from)} y1={py(from)} x2={px(high)} y2={py(high)} stroke="var(--text-2)" strokeWidth="1.25" />
        {pairs.map(({ x, y }, index) =>
          y < x ? (
            <circle key={index} cx={px(x)} cy={py(y)} r="3" fill="var(--s3)" stroke="var(--bg)" strokeWidth=".75" />
          ) : (
            <circle key={index} cx={px(x)} cy={py(y)} r="3" fill="var(--bg)" stroke="var(--text-2)" strokeWidth="1.4" />
          ),
        )}
        <text x={(size + edge.left) / 2} y={size - 4} textAnchor="middle">
          {xTitle}
          {log ? ', log scale' : ''}
        </text>
        <text
          className="b"
          x={size - 14}
          y={size - edge.bottom - 10}
          textAnchor="end"
          style={{ fontWeight: 600, fill: 'var(--text)' }}
        >
          challenger is closer
        </text>
        <text x={edge.left + 8} y={edge.top + 14} style={{ fontWeight: 600, fill: 'var(--text)' }}>
          champion is closer
        </text>
      </svg>
      <figcaption className="small sub cap">
        Up: {yTitle}.{' '}
        <b className="m">
          {closer} of {pairs.length} rows
        </b>{' '}
        lie below the line.
      </figcaption>
    </figure>
  )
}

const short = (value: number): string => (value >= 1000 ? `${value / 1000}k` : String(Number(value.toPrecision(2))))

function ticks(low: number, high: number, log: boolean): number[] {
  if (log) {
    const found: number[] = []
    for (let power = Math.ceil(Math.log10(low)); 10 ** power <= high; power += 1) found.push(10 ** power)
    return found
  }
  const raw = high / 4
  const unit = 10 ** Math.floor(Math.log10(raw))
  const step = unit * (raw / unit >= 5 ? 5 : raw / unit >= 2 ? 2 : 1)
  return Array.from({ length: Math.floor(high / step) }, (_tick, index) => (index + 1) * step)
}
