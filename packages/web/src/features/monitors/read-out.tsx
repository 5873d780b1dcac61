import { shortText } from '../../components/format.ts'
import { SectionHead } from '../../components/text.tsx'
import { versionLines } from './accuracy.ts'
import type { Matrix } from './heat.ts'
import { lineColour } from './still-right.tsx'

/** All versions in the window under the cursor, or in the chosen one. */
export function ReadOut({
  matrix,
  metric,
  column,
  name,
}: {
  readonly matrix: Matrix
  readonly metric: string
  readonly column: number
  readonly name: string
}) {
  const lines = versionLines(matrix, metric)
  const limit = matrix.limits[metric]?.[column] ?? null
  const window = matrix.windows[column]
  if (lines.length === 0) return null
  return (
    <section>
      <SectionHead title={metric} basis={name} />
      <table className="ro">
        <tbody>
          {lines.map((line) => {
            const value = line.values[column]
            return (
              <tr key={line.name}>
                <td>
                  <span className="row">
                    <i
                      className="key"
                      style={{
                        ['--c' as string]: lineColour(line),
                        ['--ls' as string]: line.serving[column] === true ? 'solid' : 'dashed',
                      }}
                    />
                    {line.name}
                    {value != null && line.serving[column] !== true ? <span className="dim">not serving</span> : null}
                  </span>
                </td>
                <td className="r m">{value == null ? <span className="dim">no value</span> : shortText(value)}</td>
              </tr>
            )
          })}
          {limit === null ? null : (
            <tr>
              <td>
                <span className="row">
                  <i className="key" style={{ ['--c' as string]: 'var(--attention)', ['--ls' as string]: 'dashed' }} />
                  limit
                </span>
              </td>
              <td className="r">{shortText(limit)}</td>
            </tr>
          )}
        </tbody>
      </table>
      {window === undefined ? null : (
        <p className="small sub" style={{ marginTop: 2 }}>
          {window.rows} rows, {window.labels} with a label.
          {lines.some((line) => line.serving.includes(false)) ? ' Dashed: not serving, scored beside.' : ''}
        </p>
      )}
    </section>
  )
}
