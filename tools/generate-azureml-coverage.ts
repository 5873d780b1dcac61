import { execFileSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { defaultPython } from '@modelyard/platform'

const root = resolve(import.meta.dirname, '..')

/** Where the text goes. */
export const azuremlCoverageFile = join(root, 'docs', 'azureml-coverage.md')

/** Which names of Azure ML's first SDK are there; any Python looks, since the modules need its standard library only. */
export function generateAzuremlCoverage(): string {
  return execFileSync(defaultPython() ?? 'python3', ['-I', join(root, 'tools', 'azureml_coverage.py')], {
    encoding: 'utf8',
  })
}
