/** Whether a path (relative, with `/`) of a folder is left out of uploads. */
export type Ignore = (path: string, isFolder: boolean) => boolean

interface Pattern {
  readonly expression: RegExp
  readonly negated: boolean
  readonly onlyFolders: boolean
}

/** Never code or data: caches, version control, installed packages. */
const never = new Set([
  '.git',
  '__pycache__',
  'node_modules',
  '.venv',
  '.ipynb_checkpoints',
  '.modelyard',
  '.azureml',
  '.DS_Store',
])

/** Reads the lines of an ignore file as git reads its own: the last pattern that fits decides, `!` takes back. */
export function createIgnore(lines: readonly string[]): Ignore {
  const patterns = lines.map(toPattern).filter((pattern) => pattern !== undefined)
  return (path, isFolder) => {
    if (never.has(path.slice(path.lastIndexOf('/') + 1))) return true
    const last = patterns.findLast(({ expression, onlyFolders }) => (isFolder || !onlyFolders) && expression.test(path))
    return last !== undefined && !last.negated
  }
}

function toPattern(line: string): Pattern | undefined {
  let text = line.trim()
  if (text === '' || text.startsWith('#')) return undefined
  const negated = text.startsWith('!')
  if (negated) text = text.slice(1)
  const onlyFolders = text.endsWith('/')
  if (onlyFolders) text = text.slice(0, -1)
  const anchored = text.includes('/')
  if (text.startsWith('/')) text = text.slice(1)
  return text === '' ? undefined : { expression: toExpression(text, anchored), negated, onlyFolders }
}

function toExpression(glob: string, anchored: boolean): RegExp {
  const body = glob
    .split('/')
    .map((part) => (part === '**' ? '**' : segmentExpression(part)))
    .join('/')
    .replaceAll('**/', '(?:[^/]+/)*')
    .replace(/\/\*\*$/, '/.+')
    .replace(/^\*\*$/, '.*')
  return new RegExp(`^${anchored ? '' : '(?:.*/)?'}${body}$`)
}

function segmentExpression(part: string): string {
  return part
    .replaceAll(/[.+^${}()|\\[\]]/g, String.raw`\$&`)
    .replaceAll(/\*+/g, '[^/]*')
    .replaceAll('?', '[^/]')
}
