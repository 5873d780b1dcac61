import type { Answer } from '@modelyard/client'
import { useInfiniteQuery } from '@tanstack/react-query'
import { loops as loopsOf } from '../../api/automation-queries.ts'
import { AppLink, pathIn } from '../../components/app-link.tsx'
import { bytesText, shortId } from '../../components/format.ts'
import { Icon, type IconName } from '../../components/icon.tsx'

type Version = Answer<'getModelVersion'>

/** Loop, data, job, run, version, deployment: where a version comes from and where it went. */
export function Lineage({ ws, version }: { readonly ws: string; readonly version: Version }) {
  const { lineage } = version
  const loops = useInfiniteQuery(loopsOf(ws, {}, 200))
  const loop = loops.data?.pages
    .flatMap((page) => page.items)
    .find((one) => one.model === version.model && one.version === version.version)
  return (
    <nav className="lin sec" aria-label="Lineage" tabIndex={-1}>
      {loop === undefined ? null : (
        <Part
          icon="automations"
          kind="Loop"
          title={loop.monitor === null ? 'Started by hand' : `Alert of ${loop.monitor}`}
          detail={`trigger ${loop.trigger}`}
          to={pathIn(ws, 'loops', loop.id)}
        />
      )}
      {lineage.data.map((data) => (
        <Part
          key={data.digest}
          icon="data"
          kind="Data"
          title={data.version === null ? data.name : `${data.name}:${data.version}`}
          detail={data.digest.slice(0, 12)}
          to={data.version === null ? undefined : pathIn(ws, 'data', data.name)}
        />
      ))}
      {lineage.jobId === null ? null : (
        <Part
          icon="jobs"
          kind="Job"
          title={shortId(lineage.jobId)}
          detail={`${lineage.step === null ? '' : `step ${lineage.step}`}${lineage.codeTree === null ? '' : `, code ${lineage.codeTree.slice(0, 7)}`}`}
          to={pathIn(ws, 'jobs', lineage.jobId)}
        />
      )}
      {lineage.runId === null ? null : (
        <Part
          icon="experiments"
          kind="Run"
          title={shortId(lineage.runId)}
          detail="parameters, metrics, artifacts"
          to={pathIn(ws, 'runs', lineage.runId)}
        />
      )}
      <Part
        icon="models"
        kind="Model version"
        title={`${version.model}:${version.version}`}
        detail={`${version.format}, ${bytesText(version.sizeBytes)}`}
        here
      />
      {(version.deployments ?? []).map((deployment) => (
        <Part
          key={`${deployment.endpoint}/${deployment.deployment}`}
          icon="endpoints"
          kind="Deployment"
          title={deployment.deployment}
          detail={`endpoint ${deployment.endpoint}, ${deployment.trafficPercent} % of traffic`}
          to={pathIn(ws, 'endpoints', deployment.endpoint)}
        />
      ))}
    </nav>
  )
}

function Part({
  icon,
  kind,
  title,
  detail,
  to,
  here = false,
}: {
  readonly icon: IconName
  readonly kind: string
  readonly title: string
  readonly detail: string
  readonly to?: string | undefined
  readonly here?: boolean
}) {
  const body = (
    <>
      <Icon name={icon} />
      <span>
        <em>{kind}</em>
        <b>{title}</b>
        <span>{detail}</span>
      </span>
    </>
  )
  return to === undefined ? (
    <span className={here ? 'li here' : 'li'}>{body}</span>
  ) : (
    <AppLink to={to} className="li">
      {body}
    </AppLink>
  )
}
