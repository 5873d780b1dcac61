import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/** A fenced block of a guide. The first line may be `# file: NAME`: then it is written to that file instead of being run. */
interface Block {
  readonly language: string
  readonly text: string
  readonly line: number
}

const root = resolve(import.meta.dirname, '..')
const guides = join(root, 'docs', 'guide')

/** The blocks of a guide that can be run or written, in order. Output and fragments are fenced as `text`. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = []
  const lines = markdown.split('\n')
  for (let index = 0; index < lines.length; index++) {
    const language = /^```(sh|python|yaml)$/.exec(lines[index] ?? '')?.[1]
    if (language === undefined) continue
    const end = lines.indexOf('```', index + 1)
    blocks.push({ language, text: lines.slice(index + 1, end).join('\n'), line: index + 1 })
    index = end
  }
  return blocks
}

async function main(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'modelyard-guides-'))
  const home = join(folder, 'home')
  const server = await startServer(home)
  let ran = 0
  let failed = 0
  try {
    for (const name of readdirSync(guides)
      .filter((file) => file.endsWith('.md'))
      .sort()) {
      const place = join(folder, name.replace('.md', ''))
      mkdirSync(place, { recursive: true })
      for (const block of blocksOf(readFileSync(join(guides, name), 'utf8'))) {
        const problem = runBlock(block, place, home)
        if (problem === undefined) ran++
        else {
          failed++
          process.stdout.write(`docs/guide/${name}:${block.line} failed\n${block.text}\n--\n${problem}\n`)
          break
        }
      }
      process.stdout.write(`  docs/guide/${name}\n`)
    }
  } finally {
    server.kill('SIGTERM')
    await new Promise((done) => server.once('close', done))
    rmSync(folder, { recursive: true, force: true })
  }
  process.stdout.write(`${ran} blocks ran, ${failed} failed\n`)
  return failed === 0 ? 0 : 1
}

function runBlock(block: Block, folder: string, home: string): string | undefined {
  const file = /^# file: (\S+)\n/.exec(block.text)?.[1]
  if (file !== undefined) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), `${block.text.slice(block.text.indexOf('\n') + 1)}\n`)
    return undefined
  }
  if (block.language === 'yaml') return 'a YAML block that names no file'
  const [program, args] =
    block.language === 'python'
      ? [join(root, '.venv', 'bin', 'python'), ['-c', block.text]]
      : ['bash', ['-euo', 'pipefail', '-c', block.text]]
  const path = [join(root, 'bin'), join(root, '.venv', 'bin'), process.env['PATH']].join(':')
  const done = spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 300_000,
    env: { ...process.env, PATH: path, MODELYARD_HOME: home },
  })
  return done.status === 0 ? undefined : `${done.stdout}${done.stderr}`
}

async function startServer(home: string): Promise<ChildProcess> {
  const child = spawn(
    join(root, 'bin', 'modelyard'),
    ['up', '--home', home, '--port', '0', '--gateway-port', '0', '--json'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const { promise, resolve: ready, reject } = Promise.withResolvers<ChildProcess>()
  child.stdout.once('data', () => ready(child))
  child.once('error', reject)
  child.once('close', (code) => reject(new Error(`the server ended with ${code}`)))
  return promise
}

if (import.meta.main) process.exit(await main())
