import type { Answer } from '@modelyard/client'
import { paintStatus, type Style } from './output/style.ts'
import { harmless, renderFields, renderTable } from './output/table.ts'
import { ago, bytes, figure } from './output/words.ts'

type Model = Answer<'getModel'>
type ModelVersion = Answer<'getModelVersion'>

/** `NAME`, `NAME:VERSION` or `NAME@ALIAS`; the last mark counts, since names may hold others. */
export function readModelReference(text: string): { name: string; version: string | undefined } {
  const at = Math.max(text.lastIndexOf('@'), text.lastIndexOf(':'))
  if (at < 1 || at === text.length - 1) return { name: text, version: undefined }
  const rest = text.slice(at + 1)
  const isAlias = text[at] === '@' && rest !== 'latest'
  return { name: text.slice(0, at), version: isAlias ? `@${rest}` : rest }
}

export function renderModel(model: Model, style: Style, now: number): string {
  const aliases = Object.entries(model.aliases).map(([alias, version]) => `@${alias} → ${version}`)
  const fields = renderFields(
    {
      model: style.bold(harmless(model.name)),
      description: model.description === '' ? undefined : harmless(model.description),
      latest: model.latestVersion ?? 'none',
      aliases: aliases.length === 0 ? undefined : aliases.join(', '),
      updated: ago(model.updatedAt, now),
    },
    style,
  )
  const versions = model.versions ?? []
  if (versions.length === 0) return fields
  return `${fields}\n${renderTable(
    versions,
    [
      { heading: 'version', cell: (version) => version.version },
      { heading: 'aliases', cell: (version) => style.cyan(version.aliases.map((alias) => `@${alias}`).join(' ')) },
      { heading: 'format', cell: (version) => version.format },
      { heading: 'size', align: 'right', cell: (version) => bytes(version.sizeBytes) },
      {
        heading: 'gate',
        cell: (version) => (version.evidence === null ? '–' : paintStatus(style, version.evidence.decision)),
      },
      { heading: 'metrics', cell: (version) => metricsOf(version) },
      { heading: 'created', cell: (version) => ago(version.createdAt, now) },
    ],
    style,
  )}`
}

export function renderModelVersion(version: ModelVersion, style: Style, now: number): string {
  const { lineage, evidence } = version
  const data = lineage.data.map(
    ({ name, version: number }) => `${harmless(name)}${number === null ? '' : `:${number}`}`,
  )
  return renderFields(
    {
      model: `${style.bold(harmless(version.model))} version ${version.version}`,
      aliases: version.aliases.length === 0 ? undefined : version.aliases.map((alias) => `@${alias}`).join(' '),
      status: paintStatus(style, version.status),
      format: version.format,
      size: bytes(version.sizeBytes),
      metrics: metricsOf(version) || undefined,
      'from job':
        lineage.jobId === null
          ? undefined
          : `${lineage.jobId}${lineage.step === null ? '' : ` step ${harmless(lineage.step)}`}`,
      'from run': lineage.runId ?? undefined,
      data: data.length === 0 ? undefined : data.join(', '),
      gate: evidence === null ? undefined : `${paintStatus(style, evidence.decision)}  ${harmless(evidence.reason)}`,
      created: `${ago(version.createdAt, now)} by ${harmless(version.createdBy)}`,
    },
    style,
  )
}

function metricsOf(version: Pick<ModelVersion, 'metrics'>): string {
  return Object.entries(version.metrics)
    .slice(0, 4)
    .map(([name, value]) => `${harmless(name)}=${figure(value)}`)
    .join(' ')
}
