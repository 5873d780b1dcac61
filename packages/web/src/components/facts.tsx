import { exactText, numberText, plainWords } from './format.ts'

const deepest = 3
const mostRows = 50
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/

/** What a decision was made on, whatever its shape: pairs of name and value, and tables where there are lists of things. */
export function Facts({ value, depth = 0 }: { readonly value: unknown; readonly depth?: number }) {
  if (Array.isArray(value)) return <List items={value as readonly unknown[]} depth={depth} />
  if (typeof value !== 'object' || value === null) return <p className="small">{factText(value)}</p>
  const entries = Object.entries(value).filter(([, one]) => one !== undefined)
  const plain = entries.filter(([, one]) => isPlain(one))
  const nested = entries.filter(([, one]) => !isPlain(one))
  return (
    <div className="facts2">
      {plain.length === 0 ? null : (
        <dl className="kv2">
          {plain.map(([name, one]) => (
            <div key={name}>
              <dt>{plainWords(name)}</dt>
              <dd>{factText(one)}</dd>
            </div>
          ))}
        </dl>
      )}
      {nested.map(([name, one]) => (
        <div key={name}>
          <h3>{plainWords(name)}</h3>
          {depth >= deepest ? <code>{JSON.stringify(one)}</code> : <Facts value={one} depth={depth + 1} />}
        </div>
      ))}
    </div>
  )
}

function List({ items, depth }: { readonly items: readonly unknown[]; readonly depth: number }) {
  const objects = items.filter((one) => typeof one === 'object' && one !== null && !Array.isArray(one)) as object[]
  if (items.length === 0) return <p className="small sub">none</p>
  if (objects.length !== items.length || depth >= deepest)
    return (
      <p className="small wrapc">
        {items.map((one) => (isPlain(one) ? factText(one) : JSON.stringify(one))).join(', ')}
      </p>
    )
  const columns = [...new Set(objects.flatMap((one) => Object.keys(one)))].slice(0, 12)
  const cell = (one: object, column: string): unknown => (one as Readonly<Record<string, unknown>>)[column]
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label="Evidence">
      <table className="ft">
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column}
                className={objects.some((one) => typeof cell(one, column) === 'number') ? 'r' : undefined}
              >
                {plainWords(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {objects.slice(0, mostRows).map((one, index) => (
            <tr key={index}>
              {columns.map((column) => {
                const value = cell(one, column)
                return (
                  <td key={column} className={typeof value === 'number' ? 'r' : undefined}>
                    {isPlain(value)
                      ? factText(value)
                      : Array.isArray(value)
                        ? `${value.length} entries`
                        : JSON.stringify(value)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {objects.length > mostRows ? <p className="note">{objects.length - mostRows} more</p> : null}
    </div>
  )
}

const isPlain = (value: unknown): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (Array.isArray(value) && value.length <= 6 && value.every((one) => typeof one !== 'object'))

function factText(value: unknown): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'number') return numberText(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.map(factText).join(', ') || 'none'
  if (typeof value === 'string') return timePattern.test(value) ? exactText(value) : value
  return JSON.stringify(value)
}
