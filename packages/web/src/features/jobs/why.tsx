import type { Answer } from '@modelyard/client'

type Explanation = Answer<'explainJob'>[number]

/** Why a step ran or was reused, and what of its key differs from before. */
export function Why({ explanation }: { readonly explanation: Explanation }) {
  return (
    <div className="why">
      <h3>
        Why {explanation.step} {explanation.reused ? 'was reused' : 'ran'}
      </h3>
      <p className="sub small">{explanation.reason}</p>
      {explanation.changes.length === 0 ? null : (
        <ul className="small">
          {explanation.changes.slice(0, 12).map((change) => (
            <li key={`${change.kind}/${change.name}`} className="wrapc">
              {change.kind} <code>{change.name}</code>{' '}
              <span className="sub">
                {change.before === null
                  ? 'is new'
                  : `${cut(change.before)} → ${change.after === null ? 'gone' : cut(change.after)}`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

const cut = (text: string): string =>
  /^[0-9a-f]{40,}$/.test(text) ? text.slice(0, 10) : text.length > 60 ? `${text.slice(0, 60)}…` : text
