import type { Socket } from 'node:net'
import { ModelyardError } from '@modelyard/contract'
import type { Platform } from '../platform/index.ts'
import { toProblem } from './problem.ts'

/** Answers what Node could not read as HTTP, and what therefore no route sees: a problem like any other, after which the connection ends. */
export function answerUnreadable(platform: Platform, error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const problem = toProblem(toError(error), platform.newId('req'), platform.serverUrl())
  const body = JSON.stringify(problem)
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${problem.title}`,
      'content-type: application/problem+json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: ${problem.requestId}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}

function toError(error: NodeJS.ErrnoException): ModelyardError {
  if (error.code === 'HPE_HEADER_OVERFLOW')
    return new ModelyardError('headers_too_large', 'The address and the headers are larger than 16 KiB.')
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new ModelyardError('request_too_slow', 'The headers were not complete within 10 seconds.')
  return new ModelyardError('request_invalid', `The bytes could not be read as HTTP/1.1: ${error.message}`)
}
