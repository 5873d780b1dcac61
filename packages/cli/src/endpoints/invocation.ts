import { ServerUnreachableError, type Answer } from '@modelyard/client'
import { exitCodes } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import type { Session } from '../session.ts'
import type { Endpoint } from './endpoint-view.ts'

export type Invocation = Answer<'invokeEndpoint'>

/** Sends one body to the scoring address, as any application does: past the server, straight to the gateway. */
export async function invoke(
  session: Session,
  endpoint: Endpoint,
  body: Buffer<ArrayBuffer>,
  options: { readonly contentType: string; readonly deployment: string | undefined },
): Promise<Invocation> {
  const headers: Record<string, string> = { 'content-type': options.contentType, ...signIn(session, endpoint) }
  if (options.deployment !== undefined) headers['azureml-model-deployment'] = options.deployment
  const begun = session.host.clock.monotonic()
  let response: Response
  try {
    response = await fetch(endpoint.scoringUri, { method: 'POST', headers, body })
  } catch (error) {
    throw new ServerUnreachableError(new URL(endpoint.scoringUri).origin, 'the gateway could not be reached', {
      cause: error,
    })
  }
  const text = await response.text()
  return {
    status: response.status,
    body: text,
    contentType: response.headers.get('content-type') ?? '',
    requestId: response.headers.get('x-request-id') ?? '',
    deployment: response.headers.get('azureml-model-deployment'),
    durationMs: Math.round((session.host.clock.monotonic() - begun) * 100) / 100,
  }
}

function signIn(session: Session, endpoint: Endpoint): Record<string, string> {
  if (endpoint.authMode === 'none') return {}
  const key = endpoint.authMode === 'key' ? endpoint.keys?.primary : session.connection.token
  if (key === undefined)
    throw new CommandFailure({
      exitCode: exitCodes.notAllowed,
      code: 'endpoint_keys_hidden',
      title: 'No key for this endpoint',
      detail: `Your role may not read the keys of ${endpoint.name}.`,
      remedy: 'Ask for a role with the permission endpoint.keys, or for a key.',
    })
  return { authorization: `Bearer ${key}` }
}
