import { resolve } from 'node:path'
import { errorCatalogue } from '@modelyard/contract'

/** Where the text goes. */
export const errorIndexFile = resolve(import.meta.dirname, '../docs/errors/README.md')

/** All codes of the catalogue with their pages. */
export function generateErrorIndex(): string {
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
