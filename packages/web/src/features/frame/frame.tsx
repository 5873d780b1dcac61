import { useQuery } from '@tanstack/react-query'
import { Link, Outlet } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { spotlight } from '@mantine/spotlight'
import { followWorkspace, useConnected } from '../../api/live.ts'
import * as queries from '../../api/queries.ts'
import { Icon } from '../../components/icon.tsx'
import { nouns } from './nouns.ts'
import { Rail } from './rail.tsx'

const Palette = lazy(() => import('./palette.tsx').then((module) => ({ default: module.Palette })))

/** The frame around all pages of a workspace; it also holds the workspace's stream of events. */
export function Frame({ ws }: { readonly ws: string }) {
  const [small, setSmall] = useState(() => localStorage.getItem('modelyard-rail') === 'small')
  useEffect(() => followWorkspace(ws), [ws])
  useEffect(() => localStorage.setItem('modelyard-rail', small ? 'small' : 'wide'), [small])
  return (
    <div className={small ? 'app small' : 'app'}>
      <a className="skip" href="#main">
        To the content
      </a>
      <Rail ws={ws} onCollapse={() => setSmall(!small)} />
      <Outlet />
      <TabBar ws={ws} />
      <Suspense>
        <Palette ws={ws} />
      </Suspense>
    </div>
  )
}

const onPhones = new Set(['', 'jobs', 'experiments', 'monitors'])

function TabBar({ ws }: { readonly ws: string }) {
  const { data } = useQuery(queries.overview(ws))
  return (
    <nav className="tabbar" aria-label="Pages">
      {nouns
        .filter((noun) => onPhones.has(noun.path))
        .map((noun) => (
          <Link
            key={noun.path}
            to={`/w/${ws}${noun.path === '' ? '' : `/${noun.path}`}`}
            activeOptions={{ exact: noun.path === '' }}
          >
            <Icon name={noun.icon} size={18} />
            <span>{noun.text}</span>
            {noun.path === '' && (data?.needsAttention.length ?? 0) > 0 ? <em /> : null}
            {noun.path === 'monitors' && (data?.counts.alerts ?? 0) > 0 ? <em /> : null}
          </Link>
        ))}
      <button type="button" onClick={spotlight.open}>
        <Icon name="more" size={18} />
        <span>More</span>
      </button>
    </nav>
  )
}

/** Says whether changes arrive as they happen. */
export function LiveSign() {
  const connected = useConnected()
  return (
    <span
      className={connected ? 'live' : 'live off'}
      role="status"
      title={connected ? 'Changes arrive as they happen' : 'The connection is being made again; nothing is lost'}
    >
      <i />
      {connected ? 'Live' : 'Reconnecting'}
    </span>
  )
}
