import { Menu } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import * as queries from '../../api/queries.ts'
import { Icon } from '../../components/icon.tsx'

/** The name of the workspace; opens the list of the others. */
export function WorkspaceSwitcher({ ws }: { readonly ws: string }) {
  const workspaces = useQuery(queries.workspaces)
  const navigate = useNavigate()
  return (
    <Menu position="bottom-start" width={220} shadow="md">
      <Menu.Target>
        <button type="button" className="ws" aria-label={`Workspace ${ws}`}>
          <svg
            className="logo"
            viewBox="0 0 20 20"
            fill="none"
            stroke="currentColor"
            strokeWidth="2"
            aria-hidden="true"
            strokeLinecap="round"
            strokeLinejoin="round"
          >
            <path d="M3 17V4.5L10 11l7-6.5V17" />
            <path d="M10 11v6" style={{ stroke: 'var(--accent)' }} />
          </svg>
          <span className="lbl">{ws}</span>
          <span className="chev">
            <Icon name="chevronDown" size={14} />
          </span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {(workspaces.data?.items ?? []).map((one) => (
          <Menu.Item key={one.name} onClick={() => void navigate({ to: `/w/${one.name}` })}>
            {one.displayName}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => void navigate({ to: '/' })}>All workspaces</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
