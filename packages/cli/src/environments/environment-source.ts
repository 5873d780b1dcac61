import { parse } from 'yaml'
import { usageFailure } from '../failure.ts'
import { readSource, type SourceText } from '../files/source-file.ts'
import { uploadNamed } from '../files/upload.ts'
import type { Session } from '../session.ts'

export interface EnvironmentInput {
  readonly name?: string | undefined
  readonly file?: string | undefined
  readonly condaFile?: string | undefined
  readonly pip?: string | undefined
}

interface EnvironmentBody {
  readonly source: SourceText
  readonly code: Record<string, string>
  readonly name?: string
}

/** An environment's file, or one made of a conda or requirements file, with the files that it names uploaded. */
export async function prepareEnvironment(session: Session, input: EnvironmentInput): Promise<EnvironmentBody> {
  const { name, file, condaFile, pip } = input
  const named = name === undefined ? {} : { name }
  if (file !== undefined) {
    const source = await readSource(session, file)
    return { source, code: await uploadNamed(session, file, filesOf(readLoosely(source.text))), ...named }
  }
  if (condaFile === undefined && pip === undefined)
    throw usageFailure('Nothing says what is in the environment.', 'Give -f FILE, --conda-file FILE or --pip FILE.')
  if (name === undefined) throw usageFailure('The environment has no name.', 'Write it behind `create`.')
  // JSON is YAML: what the options say is the file.
  const document = {
    ...(condaFile === undefined ? {} : { conda_file: condaFile }),
    ...(pip === undefined ? {} : { pip }),
  }
  const code = await uploadNamed(session, '-', filesOf(document))
  return { source: { name: 'environment.yml', text: JSON.stringify(document) }, code, name }
}

/** The paths of this machine that an environment names. */
export function filesOf(environment: unknown): string[] {
  if (typeof environment !== 'object' || environment === null) return []
  const { conda_file: conda, pip } = environment as Record<string, unknown>
  return [conda, pip].filter((path) => typeof path === 'string')
}

/** What cannot be read is left to the server, whose refusal names the line. */
function readLoosely(text: string): unknown {
  try {
    return parse(text, { logLevel: 'silent' })
  } catch {
    return undefined
  }
}
