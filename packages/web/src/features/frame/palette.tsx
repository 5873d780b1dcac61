import { Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight'
import '@mantine/spotlight/styles.layer.css'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { monitors as monitorsOf } from '../../api/monitor-queries.ts'
import * as queries from '../../api/queries.ts'
import { Icon } from '../../components/icon.tsx'
import { pathIn } from '../../components/app-link.tsx'
import { useJobs } from '../jobs/use-jobs.ts'
import { moreNouns, nouns } from './nouns.ts'

/** Ctrl or ⌘ K: pages, jobs, models, endpoints, pipelines and compute in one list. What it lists is asked for when it opens. */
export function Palette({ ws }: { readonly ws: string }) {
  const [opened, setOpened] = useState(false)
  const navigate = useNavigate()
  const jobs = useJobs(ws, {}, opened)
  const models = useQuery({ ...queries.models(ws), enabled: opened })
  const endpoints = useQuery({ ...queries.endpoints(ws), enabled: opened })
  const pipelines = useQuery({ ...queries.pipelines(ws), enabled: opened })
  const targets = useQuery({ ...queries.computeTargets(ws), enabled: opened })
  const monitors = useQuery({ ...monitorsOf(ws), enabled: opened })
  const go = (to: string) => () => void navigate({ to })
  const named = (
    noun: string,
    icon: 'models' | 'endpoints' | 'monitors' | 'pipelines' | 'compute',
    items: readonly { name: string }[] = [],
  ) =>
    items.map(({ name }) => ({
      id: `${noun}/${name}`,
      label: name,
      description: noun,
      leftSection: <Icon name={icon} />,
      onClick: go(pathIn(ws, noun, name)),
    }))
  const groups: SpotlightActionGroupData[] = [
    {
      group: 'Go to',
      actions: [
        ...[...nouns, ...moreNouns].map((noun) => ({
          id: `page/${noun.path}`,
          label: noun.text,
          leftSection: <Icon name={noun.icon} />,
          onClick: go(noun.path === '' ? pathIn(ws) : pathIn(ws, noun.path)),
        })),
        ...named('models', 'models', models.data?.items),
        ...named('endpoints', 'endpoints', endpoints.data?.items),
        ...named('monitors', 'monitors', monitors.data?.items),
        ...named('pipelines', 'pipelines', pipelines.data?.items),
        ...named('compute', 'compute', targets.data?.items),
      ],
    },
    {
      group: 'Jobs',
      actions: jobs.items.slice(0, 50).map((job) => ({
        id: job.id,
        label: job.name,
        description: `${job.status} · ${job.id}`,
        keywords: [job.id, job.experiment],
        leftSection: <Icon name="jobs" />,
        onClick: go(pathIn(ws, 'jobs', job.id)),
      })),
    },
  ]
  return (
    <Spotlight
      actions={groups}
      shortcut={['mod + K']}
      limit={12}
      highlightQuery
      scrollable
      maxHeight={440}
      nothingFound="Nothing is called that."
      onSpotlightOpen={() => setOpened(true)}
      searchProps={{ leftSection: <Icon name="search" />, placeholder: 'Where is …?', 'aria-label': 'Jump to' }}
    />
  )
}
