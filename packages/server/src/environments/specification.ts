import { isOwnName, pipNameOf } from './conda-names.ts'

/** What an environment amounts to here: lines for pip, and what was asked for that cannot be had. */
export interface Specification {
  readonly requirements: readonly string[]
  /** The Python that was asked for, as written after `python=`. */
  readonly python: string | null
  readonly channels: readonly string[]
  readonly warnings: readonly string[]
}

export interface SpecificationProblem {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** The `dependencies` of a conda file. */
export type CondaDependency = string | { readonly pip: readonly string[] }

export interface CondaFile {
  readonly channels?: readonly string[] | undefined
  readonly dependencies?: readonly CondaDependency[] | undefined
}

const mostRequirements = 1000
/** They reach the builder as one argument, which Linux holds to 128 KiB. */
const mostCharacters = 100_000
const condaLine =
  /^(?:[\w./-]+::)?([A-Za-z0-9_][A-Za-z0-9_.-]*)\s*(?:([=<>!~]=?|==)\s*([^\s=]+(?:\s*,\s*[<>!=~]=?\s*[^\s,=]+)*)(?:=[\w.*]+)?)?$/
const named = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(\[[A-Za-z0-9._,\s-]*\])?\s*(.*)$/
// One way alone to take the blanks between two of them: with more, a long line would be tried in all their combinations.
const specifiers = /^\(?\s*(?:(?:===|==|~=|!=|<=|>=|<|>)\s*[A-Za-z0-9.*+!_-]+\s*(?:,\s*)?)*\)?$/
const markers = /^\(*\s*\w+\s*(?:[<>=!~]=?|in|not in)\s*['"\w][A-Za-z0-9_.\s'"<>=!~()-]*$/
const remote = /^(?:git\+|hg\+|svn\+|bzr\+)?https?:\/\/\S+$/
const options: ReadonlySet<string> = new Set([
  '--index-url',
  '-i',
  '--extra-index-url',
  '--find-links',
  '-f',
  '--trusted-host',
  '--pre',
  '--no-index',
])

/** From a conda file and lines of pip to what is installed; every line is checked, none reaches the installer as it came unless it fits. */
export function specificationOf(
  conda: CondaFile | undefined,
  pip: readonly string[],
  at: { readonly conda: readonly (string | number)[]; readonly pip: readonly (string | number)[] },
): Specification & { readonly problems: readonly SpecificationProblem[] } {
  const found = { requirements: [] as string[], warnings: [] as string[], problems: [] as SpecificationProblem[] }
  let python: string | null = null
  for (const [index, dependency] of (conda?.dependencies ?? []).entries()) {
    const path = [...at.conda, 'dependencies', index]
    if (typeof dependency === 'string') {
      const pin = /^python\s*[=<>!~]+\s*([\d.*]+)/.exec(dependency.trim())
      if (pin?.[1] !== undefined) python = pin[1]
      else addConda(found, path, dependency)
    } else for (const [line, text] of dependency.pip.entries()) addPip(found, [...path, 'pip', line], text)
  }
  for (const [index, text] of pip.entries()) addPip(found, [...at.pip, index], text)
  const channels = [...(conda?.channels ?? [])]
  const unusual = channels.filter((channel) => !['defaults', 'conda-forge', 'anaconda', 'nodefaults'].includes(channel))
  if (unusual.length > 0)
    found.warnings.push(`the channels ${unusual.join(', ')} are not read; packages come from pip's registry`)
  if (found.requirements.length > mostRequirements)
    found.problems.push({ path: at.conda, message: `asks for more than ${mostRequirements} packages` })
  const requirements = [...new Set(found.requirements)]
  if (JSON.stringify(requirements).length > mostCharacters)
    found.problems.push({ path: at.conda, message: `asks for more than ${mostCharacters} characters of requirements` })
  return { ...found, requirements, python, channels }
}

interface Found {
  readonly requirements: string[]
  readonly warnings: string[]
  readonly problems: SpecificationProblem[]
}

function addConda(found: Found, path: readonly (string | number)[], text: string): void {
  const match = condaLine.exec(text.trim())
  const name = match?.[1]
  if (match === null || name === undefined) {
    found.problems.push({ path, message: `\`${text.slice(0, 100)}\` is no package of conda` })
    return
  }
  const known = pipNameOf(name)
  if (known === 'system') found.warnings.push(`${name} is a system library of conda and is not installed`)
  else if (known !== 'given') addPip(found, path, `${known.pip}${versionOf(match[2], match[3])}`)
}

/** `=1.2` means 1.2 and what follows it; the other operators are pip's. */
function versionOf(operator: string | undefined, version: string | undefined): string {
  if (operator === undefined || version === undefined) return ''
  const clean = version.replaceAll(/\s/g, '')
  if (operator !== '=') return `${operator}${clean}`
  return `==${clean.endsWith('*') ? clean : `${clean}.*`}`
}

function addPip(found: Found, path: readonly (string | number)[], written: string): void {
  const text = withoutComment(written)
  if (text === '') return
  const problem =
    lineProblem(text) ??
    (text.startsWith('-') ? optionProblem(text) : requirementProblem(text)) ??
    (/ -/.test(withoutHashes(text)) ? 'has an option behind it; write one to a line' : undefined)
  if (problem !== undefined) {
    found.problems.push({ path, message: `\`${text.slice(0, 100)}\` ${problem}` })
    return
  }
  const name = named.exec(text)?.[1] ?? ''
  if (!text.startsWith('-') && isOwnName(name))
    found.warnings.push(`${name} is not installed: its names come with Modelyard`)
  else found.requirements.push(text)
}

/** Lines of a requirements file, with continuations joined. */
export function requirementLines(text: string): string[] {
  return text
    .replaceAll(/\\\r?\n/g, ' ')
    .split(/\r?\n/)
    .map(withoutComment)
    .filter((line) => line !== '')
}

function withoutComment(line: string): string {
  return line.replace(/(^|\s)#.*$/, '').trim()
}

/**
 * What is refused of every line. An installer ends lines at more characters than the newline, reads words behind a blank and a dash as options, and
 * puts values of its own process's environment in place of `${NAME}`.
 */
function lineProblem(text: string): string | undefined {
  if (!/^[\x20-\x7e]{1,500}$/.test(text)) return 'is no requirement'
  return text.includes('${')
    ? 'asks for a variable of the machine; set what is secret in pip’s own settings there'
    : undefined
}

const withoutHashes = (text: string): string => text.replaceAll(/\s--hash=[a-z0-9]+:[0-9a-f]+/g, '')

function optionProblem(text: string): string | undefined {
  const [, option = '', value = ''] = /^(--?[a-z-]+)(?:[=\s]+(.*))?$/.exec(text) ?? []
  if (option === '--hash') return 'stands alone; write the hash behind its package'
  if (['-r', '--requirement', '-c', '--constraint'].includes(option)) return 'names another file; write its lines here'
  if (['-e', '--editable'].includes(option)) return 'installs from a folder; put the package into the step’s code'
  if (!options.has(option)) return 'is no option that is taken here'
  if (option === '--pre' || option === '--no-index') return value === '' ? undefined : 'takes no value'
  if (option === '--trusted-host') return /^[A-Za-z0-9.:-]+$/.test(value) ? undefined : 'names no host'
  return urlProblem(value)
}

function requirementProblem(text: string): string | undefined {
  const bare = withoutHashes(text)
  if (remote.test(bare)) return urlProblem(bare)
  const match = named.exec(bare)
  if (match === null || /^[./]|^file:/.test(bare)) return 'is no package; paths of a machine are not taken'
  const [rest, marker] = splitMarker(match[3] ?? '')
  if (marker !== undefined && !markers.test(marker)) return 'has a marker that cannot be read'
  if (rest.startsWith('@')) {
    const url = rest.slice(1).trim()
    return remote.test(url) ? urlProblem(url) : 'is installed from no http address'
  }
  return specifiers.test(rest) ? undefined : 'has a version that cannot be read'
}

function splitMarker(text: string): [string, string | undefined] {
  const at = text.startsWith('@') ? text.indexOf(' ;') : text.indexOf(';')
  return at < 0 ? [text.trim(), undefined] : [text.slice(0, at).trim(), text.slice(at).replace(/^\s*;/, '').trim()]
}

/** What stands in an environment is read by everybody in the workspace. */
function urlProblem(text: string): string | undefined {
  const plain = text.replace(/^(git|hg|svn|bzr)\+/, '')
  if (!URL.canParse(plain) || !/^https?:\/\/\S+$/.test(plain)) return 'has no http address'
  const { username, password } = new URL(plain)
  return username === '' && password === ''
    ? undefined
    : 'holds a password; set it in pip’s own settings on the machine'
}
