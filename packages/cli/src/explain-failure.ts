import { ApiError, ServerUnreachableError } from '@modelyard/client'
import { exitCodeOfStatus, exitCodes } from './exit-codes.ts'
import { CommandFailure, type FailurePlace, type FailureReport } from './failure.ts'
import { harmless } from './output/table.ts'
import type { Session } from './session.ts'
import type { Style } from './output/style.ts'

/** Turns whatever a command threw into what, why and what to do. */
export function toReport(error: unknown, session?: Pick<Session, 'connection'>): FailureReport {
  if (error instanceof CommandFailure) return error.report
  if (error instanceof ApiError) return ofApi(error, session)
  if (error instanceof ServerUnreachableError) {
    return {
      exitCode: exitCodes.unreachable,
      code: 'server_unreachable',
      title: 'The server does not answer',
      detail: error.message + originOf(error.url, session),
      remedy: 'Start one with `modelyard up`, or name another with --url. `modelyard doctor` looks for the cause.',
      places: [],
    }
  }
  if (error instanceof Error && error.name === 'LocalFilesError') return { ...badFiles, detail: error.message }
  if (error instanceof Error && 'code' in error && typeof error.code === 'string' && 'path' in error)
    return ofFileSystem(error.code, String(error.path), error.message)
  return { ...mistake, detail: error instanceof Error ? (error.stack ?? error.message) : String(error) }
}

function workspaceOrigin(session: Pick<Session, 'connection'> | undefined): string {
  const origin = session?.connection.from.workspace
  return origin === undefined || origin.startsWith('--') ? '' : ` The name comes from ${origin}.`
}

/** Where the address was found: a forgotten config file or variable is the usual cause. */
function originOf(url: string, session: Pick<Session, 'connection'> | undefined): string {
  const connection = session?.connection
  return connection === undefined || connection.url !== url ? '' : ` The address comes from ${connection.from.url}.`
}

const badFiles = {
  exitCode: exitCodes.usage,
  code: 'files_invalid',
  title: 'These files cannot be used',
  remedy: 'Correct the path or the folder.',
  places: [],
}
const mistake = {
  exitCode: exitCodes.failure,
  code: 'internal_error',
  title: 'The command made a mistake',
  remedy: 'Report it with the command line that shows it.',
  places: [],
}

function ofApi(error: ApiError, session: Pick<Session, 'connection'> | undefined): FailureReport {
  const { problem } = error
  return {
    exitCode: exitCodeOfStatus(error.status),
    code: problem.code,
    title: problem.title,
    detail: problem.detail + (problem.code === 'workspace_not_found' ? workspaceOrigin(session) : ''),
    remedy: problem.remedy,
    places: problem.errors ?? [],
    requestId: problem.requestId === '' ? undefined : problem.requestId,
  }
}

function ofFileSystem(code: string, path: string, message: string): FailureReport {
  if (code === 'ENOENT') {
    const remedy = 'Check the path; it is relative to this folder.'
    return {
      ...badFiles,
      code: 'file_not_found',
      title: 'No such file',
      detail: `There is no file or folder at ${path}.`,
      remedy,
    }
  }
  if (code === 'EISDIR')
    return { ...badFiles, code: 'file_is_folder', detail: `${path} is a folder.`, remedy: 'Name a file in it.' }
  const isForbidden = code === 'EACCES' || code === 'EPERM'
  return {
    ...mistake,
    code: isForbidden ? 'file_not_allowed' : 'file_failed',
    title: isForbidden ? 'No access to a file' : 'A file could not be used',
    detail: isForbidden ? `${path} may not be opened by this user.` : message,
    remedy: isForbidden ? 'Change its permissions, or run as its owner.' : 'Check the disk and the path.',
  }
}

/** The report for people: what, why, where, what to do. `source` is the file that the places are in. */
export function renderReport(report: FailureReport, style: Style, source?: string): string {
  const lines = [`${style.red('error')} ${style.bold(report.title)} ${style.dim(`(${report.code})`)}`]
  if (!repeatsPlaces(report)) lines.push(...report.detail.split('\n').map((line) => `  ${harmless(line)}`))
  for (const place of report.places) lines.push(`  ${renderPlace(place, style, source)}`)
  lines.push(`  ${style.green('→')} ${report.remedy}`)
  if (report.requestId !== undefined) lines.push(style.dim(`  request ${report.requestId}`))
  return `${lines.join('\n')}\n`
}

/** The detail of a refused file is the list of its places as one text: shown once is enough. */
function repeatsPlaces({ detail, places }: FailureReport): boolean {
  return places.length > 0 && places.every(({ message }) => detail.includes(message))
}

function renderPlace(place: FailurePlace, style: Style, source: string | undefined): string {
  const { path, line, column, message, suggestion } = place
  const at = line === undefined ? '' : `:${line}${column === undefined ? '' : `:${column}`}`
  const isInSource = source !== undefined && line !== undefined
  const key = isInSource && path !== '' ? ` ${style.dim(harmless(path))}` : ''
  const meant = suggestion === undefined ? '' : `  ${style.green('did you mean')} ${harmless(suggestion)}?`
  return `${style.cyan(`${isInSource ? source : harmless(path)}${at}`)}${key}  ${harmless(message)}${meant}`
}
