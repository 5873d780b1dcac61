export interface Share {
  readonly name: string
  readonly percent: number
  readonly colour: string
}

/** Shares of a whole as one bar, each named with its number. */
export function SplitBar({ shares, label }: { readonly shares: readonly Share[]; readonly label: string }) {
  return (
    <div role="img" aria-label={`${label}: ${shares.map((share) => `${share.name} ${share.percent} %`).join(', ')}`}>
      <div className="row wrap tlab">
        {shares.map((share) => (
          <span key={share.name} className="row">
            <i className="swatch" style={{ ['--c' as string]: share.colour }} />
            <b className="b">{share.name}</b>
            <span className="sub">{share.percent} %</span>
          </span>
        ))}
      </div>
      <div className="split">
        {shares.map((share) =>
          share.percent === 0 ? null : (
            <i key={share.name} style={{ ['--c' as string]: share.colour, flex: share.percent }} />
          ),
        )}
      </div>
    </div>
  )
}
