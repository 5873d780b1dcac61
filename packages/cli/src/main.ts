import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { installationFolder } from './installation.ts'

// Before anything larger is loaded: what was compiled once is not compiled again. Where the folder may not be written it is left out.
enableCompileCache(join(installationFolder(), 'node_modules', '.cache', 'compiled'))

const [{ runProgram }, { systemHost }] = await Promise.all([import('./program.ts'), import('./system-host.ts')])

// A reader that went away (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})
process.exitCode = await runProgram(process.argv.slice(2), systemHost())
