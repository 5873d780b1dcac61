import { Link } from '@tanstack/react-router'
import { useEffect, type ReactNode } from 'react'

export interface Crumb {
  readonly text: string
  readonly to?: string
}

/** Header with breadcrumb and actions, and the page under it. The last crumb is the page's title. */
export function Page({
  crumbs,
  live,
  actions,
  children,
}: {
  readonly crumbs: readonly Crumb[]
  readonly live?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}) {
  const title = crumbs.at(-1)?.text ?? ''
  useEffect(() => {
    document.title = `${title} · Modelyard`
  }, [title])
  return (
    <div className="page">
      <header className="top">
        <nav className="crumb" aria-label="Breadcrumb">
          {crumbs.map((crumb, index) =>
            index === crumbs.length - 1 ? (
              <b key={index} aria-current="page">
                {crumb.text}
              </b>
            ) : (
              <span key={index} className="far row">
                {crumb.to === undefined ? crumb.text : <Link to={crumb.to}>{crumb.text}</Link>}
                <span className="sep" aria-hidden="true">
                  /
                </span>
              </span>
            ),
          )}
        </nav>
        {live}
        <div className="right">{actions}</div>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  )
}
