import { ApiError, ServerUnreachableError } from '@modelyard/client'
import { exitCodeOfStatus, exitCodes } from './exit-codes.ts'
import { CommandFailure, type FailureReport } from './failure.ts'
import type { Style } from './output/style.ts'

/** Turns whatever a command threw into what, why and what to do. */
export function toReport(error: unknown): FailureReport {
  if (error instanceof CommandFailure) return error.report
  if (error instanceof ApiError) return ofApi(error)
  if (error instanceof ServerUnreachableError) {
    return {
      exitCode: exitCodes.unreachable,
      code: 'server_unreachable',
      title: 'The server does not answer',
      detail: error.message,
      remedy: 'Start one with `modelyard up`, or name another with --url. `modelyard doctor` looks for the cause.',
      places: [],
    }
  }
  if (error instanceof Error && error.name === 'LocalFilesError')
    return simple(
      exitCodes.usage,
      'files_invalid',
      'These files cannot be used',
      error.message,
      'Correct the path or the folder.',
    )
  if (error instanceof Error && 'code' in error && typeof error.code === 'string' && 'path' in error)
    return ofFileSystem(error.code, String(error.path), error.message)
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return simple(
    exitCodes.failure,
    'internal_error',
    'The command made a mistake',
    text,
    'Report it with the command line that shows it.',
  )
}

function ofApi(error: ApiError): FailureReport {
  const { problem } = error
  return {
    exitCode: exitCodeOfStatus(error.status),
    code: problem.code,
    title: problem.title,
    detail: problem.detail,
    remedy: problem.remedy,
    places: problem.errors ?? [],
    requestId: problem.requestId === '' ? undefined : problem.requestId,
  }
}

function ofFileSystem(code: string, path: string, message: string): FailureReport {
  if (code === 'ENOENT')
    return simple(
      exitCodes.usage,
      'file_not_found',
      'No such file',
      `There is no file or folder at ${path}.`,
      'Check the path; it is relative to this folder.',
    )
  if (code === 'EISDIR')
    return simple(
      exitCodes.usage,
      'file_is_folder',
      'A folder instead of a file',
      `${path} is a folder.`,
      'Name a file.',
    )
  if (code === 'EACCES' || code === 'EPERM')
    return simple(
      exitCodes.failure,
      'file_not_allowed',
      'No access to a file',
      `${path} may not be opened by this user.`,
      'Change its permissions, or run as its owner.',
    )
  return simple(exitCodes.failure, 'file_failed', 'A file could not be used', message, 'Check the disk and the path.')
}

function simple(exitCode: number, code: string, title: string, detail: string, remedy: string): FailureReport {
  return { exitCode, code, title, detail, remedy, places: [] }
}

/** The report for people: what, why, where, what to do. `source` is the file that the places are in. */
export function renderReport(report: FailureReport, style: Style, source?: string): string {
  const lines = [
    `${style.red('error')} ${style.bold(report.title)} ${style.dim(`(${report.code})`)}`,
    `  ${report.detail}`,
  ]
  for (const place of report.places) {
    const at = place.line === undefined ? '' : `:${place.line}${place.column === undefined ? '' : `:${place.column}`}`
    const where = source === undefined || place.line === undefined ? `${place.path}${at}` : `${source}${at}`
    const key = where.startsWith(place.path) || place.path === '' ? '' : ` ${style.dim(place.path)}`
    const hint = place.suggestion === undefined ? '' : ` ${style.cyan(`→ ${place.suggestion}`)}`
    lines.push(`  ${style.cyan(where)}${key}  ${place.message}${hint}`)
  }
  lines.push(`  ${style.green('→')} ${report.remedy}`)
  if (report.requestId !== undefined) lines.push(style.dim(`  request ${report.requestId}`))
  return `${lines.join('\n')}\n`
}
