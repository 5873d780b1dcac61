import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { readdirSync } from 'node:fs'
import { errorCatalogue } from '@modelyard/contract'
import { format } from 'oxfmt'
import { buildOpenApi } from '../packages/server/src/http/openapi.ts'
import { azuremlCoverageFile, generateAzuremlCoverage } from './generate-azureml-coverage.ts'
import { commandsFile, generateCommands } from './generate-commands.ts'
import { errorIndexFile, generateErrorIndex } from './generate-error-index.ts'
import { generateOperations, operationsFile } from './generate-operations.ts'

const root = resolve(import.meta.dirname, '..')
const isCheck = process.argv.includes('--check')

/** Every derived file with how it is made; `npm run check` fails when one is stale. */
const derived: readonly (readonly [path: string, make: () => string | Promise<string>])[] = [
  [join(root, 'openapi.json'), () => `${JSON.stringify(buildOpenApi(), undefined, 2)}\n`],
  [operationsFile, generateOperations],
  [commandsFile, generateCommands],
  [errorIndexFile, generateErrorIndex],
  [azuremlCoverageFile, generateAzuremlCoverage],
]

const problems: string[] = []
for (const [path, make] of derived) {
  const text = await make()
  const before = await readFile(path, 'utf8').catch(() => '')
  if (before === text || (path.endsWith('.ts') && before === (await format(path, text)).code)) continue
  if (isCheck) problems.push(`${path} is stale; run: npm run generate`)
  else await writeFile(path, text)
}

// A code without a page sends people to nowhere; a page without a code tells of what cannot happen.
const pages = new Set(readdirSync(join(root, 'docs', 'errors')).map((name) => name.replace(/\.md$/, '')))
for (const code of Object.keys(errorCatalogue))
  if (!pages.delete(code)) problems.push(`docs/errors/${code}.md is missing`)
pages.delete('README')
for (const page of pages) problems.push(`docs/errors/${page}.md is about no code of the catalogue`)

for (const problem of problems) process.stderr.write(`${problem}\n`)
process.exit(problems.length === 0 ? 0 : 1)
