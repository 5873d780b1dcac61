import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

/** A link inside the app by its path and search, as pages and the server's answers give it. */
export function AppLink({
  to,
  className,
  label,
  children,
}: {
  readonly to: string
  readonly className?: string
  readonly label?: string
  readonly children?: ReactNode
}) {
  const [path = '', search] = to.split('?')
  return (
    <Link
      to={path}
      {...(search === undefined ? {} : { search: Object.fromEntries(new URLSearchParams(search)) as never })}
      className={className}
      aria-label={label}
      title={label}
    >
      {children}
    </Link>
  )
}

/** Path below a workspace; each part stays one segment. */
export const pathIn = (ws: string, ...parts: readonly string[]): string =>
  `/w/${[ws, ...parts].map((part) => encodeURIComponent(part)).join('/')}`
