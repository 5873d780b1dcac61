import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { build } from 'rolldown'

const root = resolve(import.meta.dirname, '..')
const output = join(root, 'dist')
const staging = join(root, 'node_modules', '.cache', 'build')
const programs = ['cli', 'server', 'gateway', 'agent'] as const

/** Bundles our own programs: a start reads a few files instead of a thousand, and nothing is stripped of its types on the way. */
async function buildPrograms(): Promise<void> {
  const entries = [
    ...programs.map((name) => [name, join(root, 'packages', name, 'src', 'main.ts')] as const),
    // Threads are programs of their own.
    ['monitor-thread', join(root, 'packages', 'server', 'src', 'monitors', 'thread', 'main.ts')] as const,
  ].filter(([, file]) => existsSync(file))
  await rm(staging, { recursive: true, force: true })
  await build({
    input: Object.fromEntries(entries),
    platform: 'node',
    tsconfig: false,
    // Of our own packages only what is used: importing one has no effect of its own.
    treeshake: { moduleSideEffects: (id) => !/packages\/(client|contract|platform)\/src\//.test(id) },
    onLog(level, log, handler) {
      // Libraries' own circles are not ours to untie.
      if (log.code !== 'CIRCULAR_DEPENDENCY') handler(level, log)
    },
    output: {
      dir: staging,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: 'parts/[name]-[hash].js',
      minify: false,
      // Libraries in CommonJS ask for node: modules by `require`.
      banner: `import { createRequire as createRequire__ } from 'node:module';\nconst require = createRequire__(import.meta.url);`,
    },
  })
  // Swapped in at the end: a build that breaks leaves the programs that were there.
  await rm(output, { recursive: true, force: true })
  await rename(staging, output)
}

async function buildWebApp(): Promise<void> {
  const folder = join(root, 'packages', 'web')
  if (!existsSync(join(folder, 'index.html'))) return
  await run(join(root, 'node_modules', '.bin', 'vite'), ['build', '--logLevel', 'warn'], folder)
}

async function run(file: string, args: readonly string[], cwd: string): Promise<void> {
  const { promise, resolve: done, reject } = Promise.withResolvers<void>()
  // The script's own Node runs the tool, whatever `node` means on the PATH.
  const child = spawn(process.execPath, [file, ...args], { cwd, stdio: 'inherit' })
  child.once('error', reject)
  child.once('close', (code) => (code === 0 ? done() : reject(new Error(`${file} ended with ${code}.`))))
  return promise
}

// `node tools/build.ts programs` (or `web`) builds one of the two.
const wanted = process.argv[2]
await Promise.all([wanted === 'web' ? undefined : buildPrograms(), wanted === 'programs' ? undefined : buildWebApp()])
