import type { IconName } from '../../components/icon.tsx'

/** The rail's entries: path below the workspace, word, icon. */
export const nouns: readonly { readonly path: string; readonly text: string; readonly icon: IconName }[] = [
  { path: '', text: 'Overview', icon: 'overview' },
  { path: 'jobs', text: 'Jobs', icon: 'jobs' },
  { path: 'pipelines', text: 'Pipelines', icon: 'pipelines' },
  { path: 'experiments', text: 'Experiments', icon: 'experiments' },
  { path: 'models', text: 'Models', icon: 'models' },
  { path: 'endpoints', text: 'Endpoints', icon: 'endpoints' },
  { path: 'monitors', text: 'Monitors', icon: 'monitors' },
  { path: 'compute', text: 'Compute', icon: 'compute' },
]
export const moreNouns: typeof nouns = [
  { path: 'triggers', text: 'Automations', icon: 'automations' },
  { path: 'data', text: 'Data', icon: 'data' },
  { path: 'activity', text: 'Activity', icon: 'activity' },
  { path: 'settings', text: 'Settings', icon: 'settings' },
]
