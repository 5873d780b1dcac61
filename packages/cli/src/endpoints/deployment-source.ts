import { parse } from 'yaml'
import { filesOf } from '../environments/environment-source.ts'
import { readSource, type SourceText } from '../files/source-file.ts'
import { uploadNamed } from '../files/upload.ts'
import type { Session } from '../session.ts'

/** A deployment's file with the folders it names, uploaded. */
export async function prepareDeployment(
  session: Session,
  file: string,
): Promise<{ endpointName: string | undefined; body: { source: SourceText; code: Record<string, string> } }> {
  const source = await readSource(session, file)
  const document = readLoosely(source.text)
  const code = await uploadNamed(session, file, localPaths(document))
  const endpointName = document['endpoint_name']
  return { endpointName: typeof endpointName === 'string' ? endpointName : undefined, body: { source, code } }
}

/** The paths of this machine in a deployment's file: its code, a model that is not a registered one, its environment's files. */
export function localPaths(document: Readonly<Record<string, unknown>>): string[] {
  const code = textIn(document['code_configuration'], 'code')
  const model = typeof document['model'] === 'string' ? document['model'] : textIn(document['model'], 'path')
  const paths = [code, model].filter((path) => path !== undefined)
  const packages = filesOf(document['environment'])
  return [...new Set([...paths.filter((path) => path === code || isLocal(path)), ...packages])]
}

/** A registered model is `NAME`, `NAME:VERSION` or `NAME@ALIAS`; a path begins with a dot or a slash, or has one inside. */
function isLocal(text: string): boolean {
  if (/^(azureml|modelyard|models|runs|https?|s3|wasbs?|abfss?):/.test(text)) return false
  return text.startsWith('.') || text.includes('/')
}

/** What cannot be read is left to the server, whose refusal names the line. */
function readLoosely(text: string): Record<string, unknown> {
  try {
    const value: unknown = parse(text, { logLevel: 'silent' })
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function textIn(value: unknown, key: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const text = (value as Record<string, unknown>)[key]
  return typeof text === 'string' && text !== '' ? text : undefined
}
