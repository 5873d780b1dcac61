import { ApiError } from '@modelyard/client'
import type { ReactNode } from 'react'
import { CopyButton } from './text.tsx'

/** A refusal as it helps: what happened, what to do, the places, and the id to ask about. */
export function ErrorPanel({ error, children }: { readonly error: unknown; readonly children?: ReactNode }) {
  if (!(error instanceof ApiError))
    return (
      <div className="fx" role="alert">
        <Lead title="Something went wrong." detail={error instanceof Error ? error.message : String(error)} />
        <p className="rem">Reload the page; when it stays, the server’s log has the cause.</p>
        {children}
      </div>
    )
  const { problem } = error
  return (
    <div className="fx" role="alert">
      <Lead title={`${problem.title}.`} detail={problem.detail} />
      <p className="rem">{problem.remedy}</p>
      {problem.errors === undefined ? null : (
        <ul className="places">
          {problem.errors.slice(0, 20).map((place) => (
            <li key={`${place.path}:${place.line ?? 0}:${place.message}`}>
              <code>
                {place.path}
                {place.line === undefined ? '' : ` line ${place.line}`}
              </code>{' '}
              {place.message}
              {place.suggestion === undefined ? null : <span className="sub"> {place.suggestion}</span>}
            </li>
          ))}
        </ul>
      )}
      {children === undefined ? null : <div className="act row wrap">{children}</div>}
      <p className="ids">
        {problem.code} <span /> {problem.requestId}
        <CopyButton text={problem.requestId} label="Copy the request id" iconOnly />
      </p>
    </div>
  )
}

function Lead({ title, detail }: { readonly title: string; readonly detail: string }) {
  return (
    <p className="say">
      <b>{title}</b> {detail}
    </p>
  )
}
