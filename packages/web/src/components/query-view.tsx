import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ErrorPanel } from './error-panel.tsx'
import { SkeletonBlock } from './skeleton.tsx'

/** Shows what a query answered; before it, the skeleton; when refused, why and a way to try again. */
export function QueryView<Data>({
  query,
  skeleton,
  children,
}: {
  readonly query: Pick<UseQueryResult<Data>, 'data' | 'error' | 'refetch'>
  readonly skeleton?: ReactNode
  readonly children: (data: Data) => ReactNode
}) {
  if (query.data !== undefined) return children(query.data)
  if (query.error === null) return skeleton ?? <SkeletonBlock />
  return (
    <ErrorPanel error={query.error}>
      <button type="button" className="btn" onClick={() => void query.refetch()}>
        Try again
      </button>
    </ErrorPanel>
  )
}
