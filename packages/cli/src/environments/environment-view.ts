import type { Answer } from '@modelyard/client'
import type { Style } from '../output/style.ts'
import { harmless, renderFields } from '../output/table.ts'
import { ago, count } from '../output/words.ts'

export type EnvironmentVersion = Answer<'getEnvironmentVersion'>

/** One version of an environment, as people read it: what was asked for, what that became. */
export function renderEnvironment(version: EnvironmentVersion, style: Style, now: number): string {
  const { built } = version
  const fields = renderFields(
    {
      environment: `${style.bold(harmless(version.name))}  version ${version.version}`,
      description: version.description === '' ? undefined : harmless(version.description),
      requirements: version.requirements.length === 0 ? 'none' : version.requirements.map(harmless).join(', '),
      digest: style.dim(version.digest.slice(0, 12)),
      built:
        built === null
          ? version.requirements.length === 0
            ? 'nothing to build'
            : 'not yet: the first step that needs it builds it'
          : `${ago(built.builtAt, now)} with ${built.installer} on Python ${built.python}, ${built.seconds.toFixed(1)} s`,
      created: ago(version.createdAt, now),
    },
    style,
  )
  const warnings = version.warnings.map((text) => `${style.yellow('warning')} ${harmless(text)}\n`).join('')
  return `${fields}${warnings}${built === null ? '' : packagesOf(built, style)}`
}

function packagesOf(built: NonNullable<EnvironmentVersion['built']>, style: Style): string {
  const lines = built.packages.map((line) => `  ${harmless(line)}\n`).join('')
  return `\n${count(built.packages.length, 'package')} installed for it\n${lines}${style.dim(`over ${count(built.basePackages.length, 'package')} of the set-up\n`)}`
}
