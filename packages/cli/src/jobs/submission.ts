import type { Scalar } from '../assignments.ts'
import { readSource, type SourceText } from '../files/source-file.ts'
import { uploadNamed } from '../files/upload.ts'
import type { Session } from '../session.ts'

export interface Submission {
  readonly source: SourceText
  readonly set: Record<string, Scalar>
  readonly code: Record<string, string>
}

/** A file with everything it needs on the server: the server says which paths those are, so that one parser decides. */
export async function prepareSubmission(
  session: Session,
  file: string,
  set: Record<string, Scalar>,
): Promise<Submission> {
  const source = await readSource(session, file)
  const plan = await session.client.call('planJob', { params: { ws: session.workspace }, body: { source, set } })
  return { source, set, code: await uploadNamed(session, file, plan.code) }
}
