import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { parseSync } from 'oxc-parser'

interface Arrow {
  readonly mayImport: readonly string[]
  readonly typesOnly?: boolean
}

/** `architecture.json`. */
export interface Architecture {
  readonly packages: Readonly<Record<string, Arrow>>
  readonly rooms: Readonly<Record<string, Arrow>>
  readonly roomsFolder: string
  readonly everyRoomMayImport: readonly string[]
  readonly composition: readonly string[]
}

export interface Import {
  readonly file: string
  readonly target: string
  readonly typeOnly: boolean
}

const bannedNames = /^(utils?|common|helpers?|misc|shared|managers?|core)(\.tsx?)?$/

/** All arrows of the tree that `architecture.json` does not allow, as sentences. */
export function checkArchitecture(root: string, architecture: Architecture): string[] {
  const problems: string[] = []
  for (const name of readdirSync(join(root, 'packages'))) {
    if (architecture.packages[name] === undefined) problems.push(`packages/${name} is not in architecture.json`)
    const sources = join(root, 'packages', name, 'src')
    if (!existsSync(sources)) continue
    for (const file of listSources(sources)) {
      for (const part of relative(sources, file).split(sep)) {
        if (bannedNames.test(part))
          problems.push(`${relative(root, file)}: '${part}' says nothing; name what the code does`)
      }
      for (const found of importsOf(file, readFileSync(file, 'utf8')))
        problems.push(
          ...judgePackageImport(root, architecture, name, found),
          ...judgeRoomImport(root, architecture, name, found),
        )
    }
  }
  return problems
}

function* listSources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* listSources(path)
    else if (/\.tsx?$/.test(entry.name) && !/\.(test|gen)\.tsx?$/.test(entry.name)) yield path
  }
}

/** Static and dynamic imports and re-exports of one file. */
export function importsOf(file: string, text: string): Import[] {
  const { module } = parseSync(file, text)
  const found: Import[] = module.staticImports.map((entry) => ({
    file,
    target: entry.moduleRequest.value,
    typeOnly: entry.entries.length > 0 && entry.entries.every((name) => name.isType),
  }))
  for (const entry of module.staticExports) {
    for (const name of entry.entries)
      if (name.moduleRequest) found.push({ file, target: name.moduleRequest.value, typeOnly: name.isType })
  }
  for (const entry of module.dynamicImports) {
    const target = /^['"`]([^'"`$]+)['"`]$/.exec(text.slice(entry.moduleRequest.start, entry.moduleRequest.end))?.[1]
    if (target !== undefined) found.push({ file, target, typeOnly: false })
  }
  return found
}

function judgePackageImport(root: string, architecture: Architecture, from: string, found: Import): string[] {
  const place = relative(root, found.file)
  if (found.target.startsWith('.')) {
    const target = resolve(dirname(found.file), found.target)
    const inside = join(root, 'packages', from) + sep
    return target.startsWith(inside)
      ? []
      : [`${place}: leaves its package by '${found.target}'; import the package by its name`]
  }
  const to = /^@modelyard\/([^/]+)/.exec(found.target)?.[1]
  if (to === undefined || to === from || architecture.packages[from]?.mayImport.includes(to)) return []
  return [`${place}: ${from} → ${to} is not allowed by architecture.json; move the code or send an event`]
}

function judgeRoomImport(root: string, architecture: Architecture, packageName: string, found: Import): string[] {
  const rooms = join(root, architecture.roomsFolder)
  if (packageName !== 'server' || !found.target.startsWith('.')) return []
  const [from = '', ...fromRest] = relative(rooms, found.file).split(sep)
  const [to = '', ...toRest] = relative(rooms, resolve(dirname(found.file), found.target)).split(sep)
  if (fromRest.length === 0 || architecture.composition.includes(from) || from === to) return []
  const place = relative(root, found.file)
  if (toRest.length === 0)
    return architecture.composition.includes(to) && found.typeOnly ? [] : [`${place}: a room does not import '${to}'`]
  if (!architecture.everyRoomMayImport.includes(to) && !architecture.rooms[from]?.mayImport.includes(to)) {
    return [
      `${place}: ${from} → ${to} is not allowed; ${from} may import ${[...architecture.everyRoomMayImport, ...(architecture.rooms[from]?.mayImport ?? [])].join(', ')}. Use an event, a port, or move the code`,
    ]
  }
  const door = toRest.join('/')
  const ports = door === 'index.ts' || (to === 'platform' && door === 'database/tables.ts')
  if (!ports && from !== 'adapters') return [`${place}: enters ${to} by '${door}'; its only door is index.ts`]
  if (architecture.rooms[from]?.typesOnly === true && !found.typeOnly && to !== 'platform')
    return [`${place}: an adapter imports types only from the room that owns its port`]
  return []
}

if (import.meta.main) {
  const root = resolve(import.meta.dirname, '..')
  const problems = checkArchitecture(
    root,
    JSON.parse(readFileSync(join(root, 'architecture.json'), 'utf8')) as Architecture,
  )
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  process.exit(problems.length === 0 ? 0 : 1)
}
