import type { ErrorComponentProps } from '@tanstack/react-router'
import { AppLink } from '../components/app-link.tsx'
import { ErrorPanel } from '../components/error-panel.tsx'
import { Say } from '../components/text.tsx'

export function MissingPage() {
  return (
    <main className="login">
      <Say lead>
        <b>There is no such page.</b> The address may be from an older version, or what it showed was deleted.
      </Say>
      <p>
        <AppLink to="/" className="btn pri">
          All workspaces
        </AppLink>
      </p>
    </main>
  )
}

export function FailedPage({ error, reset }: ErrorComponentProps) {
  return (
    <main className="login">
      <ErrorPanel error={error}>
        <button type="button" className="btn pri" onClick={reset}>
          Try again
        </button>
      </ErrorPanel>
    </main>
  )
}
