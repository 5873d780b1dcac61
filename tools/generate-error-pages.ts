import { resolve } from 'node:path'
import { errorCatalogue, routes, type CatalogueEntry, type RouteSpec } from '@modelyard/contract'
import { exitCodeOfStatus } from '../packages/cli/src/exit-codes.ts'

/** Where the pages are. */
export const errorPagesFolder = resolve(import.meta.dirname, '../docs/errors')

/** A page per code of the catalogue, by file name: what it means, what to do, which operations answer with it. */
export function generateErrorPages(): Map<string, string> {
  const pages = new Map<string, string>()
  for (const [code, entry] of Object.entries(errorCatalogue)) pages.set(`${code}.md`, pageOf(code, entry))
  pages.set('README.md', overview())
  return pages
}

function pageOf(code: string, entry: CatalogueEntry): string {
  const operations = Object.entries(routes as Record<string, RouteSpec>).filter(([, route]) =>
    route.errors.some((name) => name === code),
  )
  const list = operations.map(([id, { method, path }]) => `- \`${id}\`: \`${method} ${path}\``)
  const where =
    list.length === 0 ? 'Any request may be answered with it.' : `These operations name it:\n\n${list.join('\n')}`
  return `# ${entry.title} (\`${code}\`)

| | |
|---|---|
| HTTP status | ${entry.status} |
| Worth trying again unchanged | ${entry.retryable ? 'yes' : 'no'} |
| Exit code of \`modelyard\` | ${exitCodeOfStatus(entry.status)} |

**What to do:** ${entry.remedy}

The problem’s \`detail\` says which thing it was and why; \`errors\`, where there is one, lists each wrong place.

${where}
`
}

function overview(): string {
  const rows = Object.entries(errorCatalogue).map(
    ([code, { status, title }]) => `| [\`${code}\`](${code}.md) | ${status} | ${title} |`,
  )
  return `# Errors

Every refusal of the API is an RFC 9457 problem whose \`code\` is one of these.

| code | status | meaning |
|---|---|---|
${rows.join('\n')}
`
}
