import { useMutation, useQuery } from '@tanstack/react-query'
import { call, queryClient } from '../api/client.ts'
import * as queries from '../api/queries.ts'
import { AppLink, pathIn } from '../components/app-link.tsx'
import { ErrorPanel } from '../components/error-panel.tsx'
import { numberText, signedText } from '../components/format.ts'
import { Icon } from '../components/icon.tsx'
import { QueryView } from '../components/query-view.tsx'
import { versionColour } from '../components/series-colour.ts'
import { State } from '../components/state.tsx'
import { CopyButton, Say, SectionHead, When } from '../components/text.tsx'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { decisionWord, GateEvidence, type Evidence } from '../features/models/gate-evidence.tsx'
import { Lineage } from '../features/models/lineage.tsx'
import { pythonIn } from '../features/snippets.ts'
import { usePageParams } from './search.ts'
import type { Answer } from '@modelyard/client'

type Model = Answer<'getModel'>
type Version = NonNullable<Model['versions']>[number]

export function ModelPage() {
  const { ws, name, version } = usePageParams()
  const model = useQuery(queries.model(ws, name))
  const versions = model.data?.versions ?? []
  const chosen = version ?? versions[0]?.version
  const full = useQuery({ ...queries.modelVersion(ws, name, chosen ?? ''), enabled: chosen !== undefined })
  const promote = useMutation({
    mutationFn: (next: string) =>
      call('setModelAlias', { params: { ws, name, alias: 'champion' }, body: { version: next } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [ws, 'models'] }),
  })
  const canPromote = chosen !== undefined && model.data !== undefined && model.data.aliases['champion'] !== chosen
  return (
    <WorkspacePage
      ws={ws}
      noun={{ text: 'Models', path: 'models' }}
      title={name}
      actions={
        <>
          <CopyButton
            text={pythonIn(ws, `version = workspace.models.get("${name}", "@champion")`)}
            label="Copy as Python"
            icon="terminal"
          />
          {canPromote ? (
            <button
              type="button"
              className="btn pri keep"
              disabled={promote.isPending}
              onClick={() => promote.mutate(chosen)}
            >
              <Icon name="crown" size={14} />
              <span>Make {chosen} champion</span>
            </button>
          ) : null}
        </>
      }
    >
      {promote.isError ? <ErrorPanel error={promote.error} /> : null}
      <QueryView query={model}>
        {(data) => (
          <>
            <Answered model={data} />
            <Versions ws={ws} model={data} chosen={chosen} />
            {full.data === undefined ? null : (
              <>
                <Lineage ws={ws} version={full.data} />
                <Chosen version={full.data} />
              </>
            )}
            {full.isError ? <ErrorPanel error={full.error} /> : null}
          </>
        )}
      </QueryView>
    </WorkspacePage>
  )
}

function Answered({ model }: { readonly model: Model }) {
  const champion = model.aliases['champion']
  const candidate = model.aliases['candidate']
  const evidence = model.versions?.find((version) => version.version === candidate)?.evidence ?? null
  const waiting = candidate !== undefined && candidate !== champion
  return (
    <Say lead>
      {champion === undefined ? (
        <>
          <b>{model.name}</b> has no champion yet.
        </>
      ) : (
        <>
          <b>Version {champion}</b> is champion.
        </>
      )}{' '}
      {waiting ? (
        <>
          <b>Version {candidate}</b> passed its gate{closer(evidence)} and waits to be champion.
        </>
      ) : null}
    </Say>
  )
}

function closer(evidence: Evidence | null): string {
  if (evidence === null || evidence.difference === null) return ''
  return `, ${evidence.metric} ${signedText(evidence.difference)} on ${evidence.rows === null ? 'the same rows' : `the same ${evidence.rows} rows`},`
}

function Versions({
  ws,
  model,
  chosen,
}: {
  readonly ws: string
  readonly model: Model
  readonly chosen: string | undefined
}) {
  const versions = model.versions ?? []
  return (
    <div className="scroll s1" tabIndex={0} role="group" aria-label="Versions">
      <table className="vt">
        <thead>
          <tr>
            <th>Version</th>
            <th>Evaluation gate</th>
            <th className="r">Champion → this</th>
            <th>Deployed as</th>
            <th className="r">Registered</th>
          </tr>
        </thead>
        <tbody>
          {versions.map((version) => (
            <tr key={version.version} className={version.version === chosen ? 'sel' : undefined}>
              <td>
                <span className="row">
                  <i className="swatch" style={{ ['--c' as string]: versionColour(version.version) }} />
                  <AppLink to={pathIn(ws, 'models', model.name, version.version)} className="m link">
                    {version.version}
                  </AppLink>
                  {version.aliases.map((alias) => (
                    <span key={alias} className={alias === 'champion' ? 'tag champ' : 'tag'}>
                      {alias === 'champion' ? <Icon name="crown" size={12} /> : null}
                      {alias}
                    </span>
                  ))}
                </span>
              </td>
              <td>
                {version.evidence === null ? (
                  <span className="sub">No gate</span>
                ) : (
                  <State status={version.evidence.decision} word={decisionWord(version.evidence)} />
                )}
              </td>
              <td className="r">{beaten(version)}</td>
              <td>
                {version.deployments === undefined || version.deployments.length === 0 ? (
                  <span className="sub">none</span>
                ) : (
                  version.deployments.map((one) => `${one.deployment} ${one.trafficPercent} %`).join(', ')
                )}
              </td>
              <td className="r sub">
                <When at={version.createdAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function beaten({ evidence }: Version): string {
  if (evidence === null) return '–'
  if (evidence.champion?.value == null) return 'none to beat'
  return `${numberText(evidence.champion.value)} → ${numberText(evidence.challenger.value)}`
}

function Chosen({ version }: { readonly version: Answer<'getModelVersion'> }) {
  const metrics = Object.entries(version.metrics)
  return (
    <>
      <section className="sec">
        <SectionHead
          title={`Gate evidence, version ${version.version}${version.evidence?.champion == null ? '' : ` against version ${version.evidence.champion.version}`}`}
        />
        {version.evidence === null ? (
          <p className="note">This version was registered without a gate: nothing was compared.</p>
        ) : (
          <GateEvidence evidence={version.evidence} />
        )}
      </section>
      {metrics.length === 0 ? null : (
        <section className="sec">
          <SectionHead title="Metrics" basis={`version ${version.version}`} />
          <dl className="kv2">
            {metrics.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{numberText(value)}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      {Object.keys(version.tags).length === 0 ? null : (
        <section className="sec">
          <SectionHead title="Tags" />
          <dl className="kv2">
            {Object.entries(version.tags).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </>
  )
}
