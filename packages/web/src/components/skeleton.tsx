/** Rows in the shape of a table that is on its way. */
export function SkeletonTable({ columns, rows = 5 }: { readonly columns: readonly string[]; readonly rows?: number }) {
  return (
    <div className="scroll" aria-busy="true">
      <table className="sk" aria-label="Loading">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column}>{column}</th>
            ))}
          </tr>
        </thead>
        <tbody aria-hidden="true">
          {Array.from({ length: rows }, (_row, row) => (
            <tr key={row}>
              {columns.map((column, index) => (
                <td key={column}>
                  <i style={{ width: `${46 + ((row * 31 + index * 17) % 60)}px` }} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Lines of a block that is on its way. */
export function SkeletonBlock({ height = 200 }: { readonly height?: number }) {
  return <div className="skb" style={{ height }} aria-busy="true" aria-label="Loading" role="status" />
}
