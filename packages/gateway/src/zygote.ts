import { openSync, closeSync, mkdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import type { Socket } from 'node:net'
import type { RoutedDeployment } from '@modelyard/contract'
import {
  environmentBuilderArguments,
  environmentPython,
  installationFolder,
  processEnvironment,
  signalProcess,
  startProcess,
  type ChildProcess,
} from '@modelyard/platform'

export interface ZygoteEvents {
  ready(info: { schema: unknown; batches: boolean; forkable: boolean; wantsHead: boolean }): void
  failed(message: string, traceback: string): void
  /** A worker was begun; it connects by itself. */
  forked(worker: number, pid: number): void
  exited(pid: number): void
  /** The process itself is gone. */
  gone(): void
}

/** The Python process that has loaded the model and forks workers from it. */
export interface Zygote {
  readonly pid: number
  fork(worker: number): void
  become(worker: number): void
  kill(): void
}

export interface ZygoteAddress {
  readonly socket: string
  readonly deployment: string
  readonly secret: string
  /** Where workers count their answers: a path that their numbers are put behind. */
  readonly counters: string
  /** Where collectors of a scoring script write. */
  readonly segments: string
}

/** Starts a zygote. Its standard output and error are the deployment's log. */
export function startZygote(deployment: RoutedDeployment, address: ZygoteAddress, events: ZygoteEvents): Zygote {
  mkdirSync(dirname(deployment.logFile), { recursive: true, mode: 0o700 })
  const log = openSync(deployment.logFile, 'a', 0o600)
  let child: ChildProcess
  try {
    child = startProcess(deployment.python, argumentsOf(deployment), {
      stdio: ['ignore', log, log, 'pipe'],
      env: environmentOf(deployment, address),
      cwd: deployment.codeFolder ?? deployment.modelFolder ?? '/',
    })
  } finally {
    closeSync(log)
  }
  let gone = false
  const end = (): void => {
    if (gone) return
    gone = true
    events.gone()
  }
  child.once('error', end)
  child.once('exit', end)
  const control = child.stdio[3] as Socket | undefined
  // A worker that dies takes its end of the pipe with it; that shows as an exit, not as a failure here.
  control?.on('error', () => undefined)
  readLines(control, (line) => follow(JSON.parse(line) as Record<string, unknown>, events))
  const say = (message: unknown): void => void control?.write(`${JSON.stringify(message)}\n`)
  return {
    pid: child.pid ?? -1,
    fork: (worker) => say({ fork: worker }),
    become: (worker) => say({ become: worker }),
    kill() {
      if (child.pid !== undefined) signalProcess(child.pid, 'SIGKILL')
      control?.destroy()
    },
  }
}

/** Where there is an environment its builder comes first and then becomes the scoring process, with the same descriptors. */
function argumentsOf({ environment }: RoutedDeployment): string[] {
  const scoring = ['-m', 'modelyard.scoring']
  if (environment === null || environment === undefined) return scoring
  return environmentBuilderArguments(environment.folder, environment, scoring)
}

function follow(message: Record<string, unknown>, events: ZygoteEvents): void {
  if ('ready' in message)
    events.ready({
      schema: message['ready'],
      batches: message['batches'] === true,
      forkable: message['forkable'] === true,
      wantsHead: message['head'] === true,
    })
  if ('failed' in message) events.failed(String(message['message']), String(message['failed']))
  if ('forked' in message) events.forked(Number(message['forked']), Number(message['pid']))
  if ('exited' in message) events.exited(Number(message['exited']))
}

function environmentOf(deployment: RoutedDeployment, address: ZygoteAddress): Record<string, string> {
  const threads = String(Math.max(1, Math.floor(availableParallelism() / deployment.instanceCount)))
  const inherited = processEnvironment()
  const sources = join(installationFolder(), 'python', 'src')
  return {
    ...installerSettings(deployment, inherited),
    PATH: [...pythonFolders(deployment), inherited['PATH'] ?? ''].join(':'),
    HOME: inherited['HOME'] ?? '/',
    LANG: 'C.UTF-8',
    PYTHONUNBUFFERED: '1',
    OMP_NUM_THREADS: threads,
    OPENBLAS_NUM_THREADS: threads,
    ...deployment.env,
    PYTHONPATH: [sources, deployment.env['PYTHONPATH']].filter((part) => part !== undefined).join(':'),
    ...(deployment.modelFolder === null
      ? {}
      : { AZUREML_MODEL_DIR: deployment.modelFolder, MODELYARD_MODEL_DIR: deployment.modelFolder }),
    MODELYARD_COLLECT_FOLDER: address.segments,
    MODELYARD_COLLECT_REDACT: JSON.stringify(deployment.collection?.redact ?? []),
    MODELYARD_SCORING: JSON.stringify({
      code: deployment.codeFolder,
      script: deployment.scoringScript,
      model: deployment.modelFolder,
      name: deployment.modelName ?? '',
      version: deployment.modelVersion ?? '',
      ...address,
    }),
  }
}

function pythonFolders({ python, environment }: RoutedDeployment): string[] {
  const base = dirname(python)
  return environment === null || environment === undefined
    ? [base]
    : [dirname(environmentPython(environment.folder)), base]
}

/** What the machine tells installers (registry, proxy, certificates) reaches a deployment that has an environment to build. */
function installerSettings(deployment: RoutedDeployment, inherited: Record<string, string>): Record<string, string> {
  if (deployment.environment === null || deployment.environment === undefined) return {}
  const wanted = /^(PIP_|UV_|SSL_CERT_|REQUESTS_CA_BUNDLE$|https?_proxy$|no_proxy$|all_proxy$)/i
  return Object.fromEntries(Object.entries(inherited).filter(([name]) => wanted.test(name)))
}

function readLines(stream: Socket | undefined, take: (line: string) => void): void {
  let rest = ''
  stream?.on('data', (chunk: Buffer) => {
    rest += chunk.toString('utf8')
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') take(line)
  })
}
