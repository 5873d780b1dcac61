import { AppLink, pathIn } from '../../components/app-link.tsx'
import { exactText } from '../../components/format.ts'
import { State, stateWord } from '../../components/state.tsx'

interface Past {
  readonly id: string
  readonly status: string
  readonly createdAt: string
}

/** The last jobs from left (older) to right (newer), each by its shape. */
export function HistoryStrip({ ws, jobs }: { readonly ws: string; readonly jobs: readonly Past[] }) {
  if (jobs.length === 0) return <span className="sub">never started</span>
  return (
    <span className="row" style={{ gap: 4 }}>
      {jobs
        .slice(0, 20)
        .toReversed()
        .map((job) => (
          <AppLink
            key={job.id}
            to={pathIn(ws, 'jobs', job.id)}
            label={`${stateWord(job.status)}, ${exactText(job.createdAt)}`}
          >
            <State status={job.status} hideWord />
          </AppLink>
        ))}
    </span>
  )
}
