import { createClient } from '@modelyard/client'
import { defaultPython } from '@modelyard/platform'
import { constants } from 'node:fs'
import { access, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { toReport } from '../explain-failure.ts'
import { bytes } from '../output/words.ts'
import type { Session } from '../session.ts'
import { capture } from './capture.ts'
import { gatewayAnswers } from './gateway.ts'

/** One thing that was looked at. */
export interface Check {
  readonly name: string
  readonly status: 'ok' | 'warn' | 'fail'
  readonly detail: string
  /** What to do, unless it is ok. */
  readonly remedy: string | null
}

const gibibyte = 2 ** 30

/** Looks at everything that a working installation needs. */
export async function runChecks(session: Session): Promise<Check[]> {
  const groups = await Promise.all([checkPython(), checkHome(session), checkServer(session)])
  return [...checkNode(), ...groups.flat()]
}

const ok = (name: string, detail: string): Check => ({ name, status: 'ok', detail, remedy: null })
const warn = (name: string, detail: string, remedy: string): Check => ({ name, status: 'warn', detail, remedy })
const fail = (name: string, detail: string, remedy: string): Check => ({ name, status: 'fail', detail, remedy })

function checkNode(): Check[] {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const fine = major > 22 || (major === 22 && minor >= 19)
  return [
    fine
      ? ok('node', process.version)
      : fail('node', `${process.version} is too old`, 'Run `npm run setup`, which brings Node 24.'),
  ]
}

async function checkPython(): Promise<Check[]> {
  const python = defaultPython()
  if (python === undefined)
    return [
      fail(
        'python',
        'there is none',
        'Install Python 3.10 or newer (Debian, Ubuntu: apt-get install python3 python3-venv), then `npm run setup`.',
      ),
    ]
  const program = 'import sys; print("%d.%d.%d" % sys.version_info[:3]); sys.exit(sys.version_info < (3, 10))'
  const found = await capture(python, ['-c', program])
  if (found === undefined)
    return [fail('python', `${python} does not start`, 'Point MODELYARD_PYTHON to a Python 3.10 or newer.')]
  if (found.code !== 0)
    return [fail('python', `${python} is ${found.output}`, 'Point MODELYARD_PYTHON to a Python 3.10 or newer.')]
  const version = ok('python', `${found.output} (${python})`)
  const [venv, packages] = await Promise.all([
    capture(python, ['-c', 'import venv, ensurepip']),
    capture(python, [
      '-c',
      'from importlib.util import find_spec as f; import sys; m = [n for n in ("sklearn", "pandas", "mlflow") if not f(n)]; print(", ".join(m)); sys.exit(bool(m))',
    ]),
  ])
  return [
    version,
    venv?.code === 0
      ? ok('venv', 'virtual environments can be made')
      : warn(
          'venv',
          'this Python cannot make virtual environments',
          'Install its venv package (Debian, Ubuntu: apt-get install python3-venv).',
        ),
    packages?.code === 0
      ? ok('packages', 'scikit-learn, pandas and mlflow are there')
      : warn(
          'packages',
          `missing: ${packages?.output ?? 'unknown'}`,
          'Run `npm run setup` for the environment of the example, or install what your scripts need.',
        ),
  ]
}

async function checkHome({ home }: Session): Promise<Check[]> {
  const folder = await nearestFolder(home)
  const writable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  )
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  return [
    writable
      ? ok('home', home)
      : fail('home', `${folder} may not be written`, 'Change its owner, or name another with --home.'),
    free < gibibyte
      ? fail(
          'disk',
          `${bytes(free)} left on the disk of the home`,
          'Free some space: models, data and outputs are kept there.',
        )
      : free < 5 * gibibyte
        ? warn('disk', `${bytes(free)} left on the disk of the home`, 'Free some space before larger work.')
        : ok('disk', `${bytes(free)} left`),
  ]
}

async function nearestFolder(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    const exists = await access(folder).then(
      () => true,
      () => false,
    )
    if (exists || dirname(folder) === folder) return folder
  }
}

async function checkServer(session: Session): Promise<Check[]> {
  const { connection, serverFile } = session
  if (connection.url === undefined)
    return [warn('server', `none runs in ${session.home}`, 'Start it with `modelyard up`.')]
  const client = createClient({ baseUrl: connection.url, token: connection.token })
  try {
    const signal = AbortSignal.timeout(5_000)
    await client.call('readyz', { signal })
    const { version } = await client.call('getServerVersion', { signal })
    const checks = [ok('server', `${connection.url}, version ${version} (from ${connection.from.url})`)]
    if (serverFile?.url === connection.url)
      checks.push(
        (await gatewayAnswers(serverFile.gatewayUrl))
          ? ok('gateway', serverFile.gatewayUrl)
          : fail(
              'gateway',
              `${serverFile.gatewayUrl} does not answer`,
              `It restarts by itself; else look into ${session.home}/logs.`,
            ),
      )
    const me = await client.call('getMe', { signal })
    checks.push(ok('sign-in', `${me.principal} (token from ${connection.from.token})`))
    return checks
  } catch (error) {
    const report = toReport(error)
    return [
      fail(
        report.exitCode === 4 ? 'sign-in' : 'server',
        `${connection.url} (from ${connection.from.url}): ${report.detail}`,
        report.remedy,
      ),
    ]
  }
}
