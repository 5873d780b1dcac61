/** A difference with its interval on a line through zero. */
export function IntervalRow({
  value,
  interval,
  good,
  label,
}: {
  readonly value: number
  readonly interval: readonly [number, number]
  readonly good: boolean
  readonly label: string
}) {
  const reach = Math.max(Math.abs(interval[0]), Math.abs(interval[1]), Math.abs(value)) * 1.15 || 1
  const place = (at: number): number => 150 + (at / reach) * 140
  const colour = good ? 'var(--s3)' : 'var(--text-2)'
  return (
    <svg viewBox="0 0 300 34" role="img" aria-label={label} style={{ width: '100%', maxWidth: 300 }}>
      <line x1="150" x2="150" y1="0" y2="22" stroke="var(--line-3)" />
      <line x1={place(interval[0])} x2={place(interval[1])} y1="11" y2="11" stroke={colour} strokeWidth="2" />
      <rect x={place(value) - 4} y="7" width="8" height="8" fill={colour} />
      <text x="150" y="33" textAnchor="middle">
        0
      </text>
    </svg>
  )
}
