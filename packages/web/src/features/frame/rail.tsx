import { useMantineColorScheme, useComputedColorScheme } from '@mantine/core'
import { spotlight } from '@mantine/spotlight'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import * as queries from '../../api/queries.ts'
import { Icon } from '../../components/icon.tsx'
import { moreNouns, nouns } from './nouns.ts'
import { WorkspaceSwitcher } from './workspace-switcher.tsx'

/** The left rail: workspace, jump, nouns with live counts, who is signed in, theme. */
export function Rail({ ws, onCollapse }: { readonly ws: string; readonly onCollapse: () => void }) {
  const me = useQuery(queries.me)
  const { setColorScheme } = useMantineColorScheme()
  const scheme = useComputedColorScheme('light')
  return (
    <nav className="rail" aria-label="Workspace">
      <WorkspaceSwitcher ws={ws} />
      <button type="button" className="jump" onClick={spotlight.open} aria-label="Jump to">
        <Icon name="search" size={14} />
        <span className="lbl">Jump to</span>
        <kbd aria-hidden="true">Ctrl K</kbd>
      </button>
      {nouns.map((noun) => (
        <RailLink key={noun.path} ws={ws} noun={noun} />
      ))}
      <hr />
      {moreNouns.map((noun) => (
        <RailLink key={noun.path} ws={ws} noun={noun} />
      ))}
      <div className="foot">
        <span className="who">{me.data?.displayName ?? ''}</span>
        <button
          type="button"
          className="btn ghost ico"
          aria-label="Light or dark"
          title="Light or dark"
          onClick={() => setColorScheme(scheme === 'dark' ? 'light' : 'dark')}
        >
          <Icon name="theme" size={14} />
        </button>
        <button
          type="button"
          className="btn ghost ico"
          aria-label="Collapse the rail"
          title="Collapse the rail"
          onClick={onCollapse}
        >
          <Icon name="rail" size={14} />
        </button>
      </div>
    </nav>
  )
}

function RailLink({ ws, noun }: { readonly ws: string; readonly noun: (typeof nouns)[number] }) {
  return (
    <Link
      to={`/w/${ws}${noun.path === '' ? '' : `/${noun.path}`}`}
      className="nav"
      activeOptions={{ exact: noun.path === '', includeSearch: false }}
      title={noun.text}
      aria-label={noun.text}
    >
      <Icon name={noun.icon} />
      <span className="lbl">{noun.text}</span>
      <Count ws={ws} path={noun.path} />
    </Link>
  )
}

function Count({ ws, path }: { readonly ws: string; readonly path: string }) {
  const { data } = useQuery(queries.overview(ws))
  if (data === undefined) return null
  const { counts } = data
  const failed = data.needsAttention.length
  if (path === '' && failed > 0)
    return (
      <span className="n att">
        <Icon name="attention" size={12} />
        {failed}
      </span>
    )
  if (path === 'monitors' && counts.alerts > 0)
    return (
      <span className="n att" title={`${counts.alerts} alerts`}>
        <Icon name="attention" size={12} />
        {counts.alerts}
      </span>
    )
  if (path === 'jobs' && counts.runningJobs + counts.queuedJobs > 0)
    return (
      <span className="n run running">
        <Icon name="running" size={12} />
        {counts.runningJobs + counts.queuedJobs}
      </span>
    )
  const plain: Readonly<Record<string, number>> = {
    pipelines: counts.pipelines,
    models: counts.models,
    endpoints: counts.endpoints,
    monitors: counts.monitors,
    compute: counts.nodes,
  }
  const count = plain[path]
  return count === undefined || count === 0 ? null : <span className="n">{count}</span>
}
