import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Session } from '../session.ts'

/** A file as the user wrote it, for the server to parse. */
export interface SourceText {
  readonly name: string
  readonly text: string
}

/** Reads the file behind `-f`; `-` is stdin. A refusal will name it. */
export async function readSource(session: Session, file: string): Promise<SourceText> {
  if (file === '-') {
    session.source = 'stdin'
    return { name: 'stdin.yml', text: (await readStdin(session)).toString('utf8') }
  }
  const text = await readFile(resolve(session.host.folder, file), 'utf8')
  session.source = file
  return { name: file, text }
}

/** Everything that comes in on stdin. */
export async function readStdin(session: Session): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of session.host.stdin) chunks.push(Buffer.from(chunk as string))
  return Buffer.concat(chunks)
}
