import type { ItemOf } from '@modelyard/client'
import { AppLink, pathIn } from '../../components/app-link.tsx'
import { shortId, spanText } from '../../components/format.ts'
import { State } from '../../components/state.tsx'
import { useNow, When } from '../../components/text.tsx'

type Line = ItemOf<'listJobs'>

/** Jobs as lines: what, in what state, how far, how long, who. */
export function JobTable({ ws, jobs }: { readonly ws: string; readonly jobs: readonly Line[] }) {
  const now = useNow(
    1000,
    jobs.some((job) => job.endedAt === null),
  )
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label="Jobs">
      <table style={{ minWidth: 760 }}>
        <thead>
          <tr>
            <th>Job</th>
            <th>State</th>
            <th>Steps</th>
            <th>Pipeline</th>
            <th className="r">Took</th>
            <th className="r">Started</th>
            <th>By</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <tr key={job.id}>
              <td>
                <AppLink to={pathIn(ws, 'jobs', job.id)} className="m link">
                  {job.name}
                </AppLink>{' '}
                <span className="dim small mono">{shortId(job.id)}</span>
              </td>
              <td>
                <State status={job.status} />
              </td>
              <td>{steps(job)}</td>
              <td className="sub">{job.pipeline === null ? '–' : `${job.pipeline.name} v${job.pipeline.version}`}</td>
              <td className="r">{spanText(job.startedAt, job.endedAt, now)}</td>
              <td className="r sub">
                <When at={job.createdAt} />
              </td>
              <td className="sub">{job.createdBy}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function steps(job: Line): string {
  const all = Object.values(job.stepCounts).reduce<number>((sum, count) => sum + (count ?? 0), 0)
  const done = job.stepCounts.succeeded ?? 0
  return `${done} of ${all}${job.reusedSteps > 0 ? `, ${job.reusedSteps} reused` : ''}`
}
