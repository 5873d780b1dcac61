import { exitCodes } from './exit-codes.ts'

/** One wrong place in a file. */
export interface FailurePlace {
  readonly path: string
  readonly message: string
  readonly line?: number | undefined
  readonly column?: number | undefined
  readonly suggestion?: string | undefined
}

/** Everything that a person needs to know about a failed command. */
export interface FailureReport {
  readonly exitCode: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly remedy: string
  readonly places: readonly FailurePlace[]
  readonly requestId?: string | undefined
}

/** A command cannot do what it was asked for; the report says why and what to do. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
  readonly report: FailureReport

  constructor(
    report: Omit<FailureReport, 'places'> & { places?: readonly FailurePlace[] },
    options: ErrorOptions = {},
  ) {
    super(report.detail, options)
    this.report = { places: [], ...report }
  }
}

/** What was typed is wrong. */
export function usageFailure(detail: string, remedy: string): CommandFailure {
  return new CommandFailure({ exitCode: exitCodes.usage, code: 'usage', title: 'Not understood', detail, remedy })
}
