import { createHash } from 'node:crypto'

const mostRequestIds = 20

/** An exception of a scoring script. */
export interface ScriptException {
  readonly deployment: string
  readonly at: number
  readonly requestId: string
  readonly type: string
  readonly message: string
  readonly traceback: string
}

/** Exceptions of a deployment with the same type at the same place are one group, whatever their messages say. */
export function groupOf(exception: Pick<ScriptException, 'deployment' | 'type' | 'traceback'>): string {
  return createHash('sha256')
    .update(JSON.stringify([exception.deployment, exception.type, innermostFrame(exception.traceback)]))
    .digest('hex')
    .slice(0, 16)
}

/** File, line and function of the last frame of the user's own code, else of the last frame; empty without one. */
export function innermostFrame(traceback: string): string {
  const frames = [...traceback.matchAll(/^ {2}File "([^"\n]*)", line (\d+), in (.*)$/gm)].map(
    ([, file = '', line = '', name = '']) => ({ file, text: `${file}:${line} ${name}` }),
  )
  const own = frames.findLast(({ file }) => !/[\\/](?:site|dist)-packages[\\/]|[\\/]lib[\\/]python\d/.test(file))
  return (own ?? frames.at(-1))?.text ?? ''
}

/** The newest request ids first, each once. */
export function withRequestIds(known: readonly string[], added: readonly string[]): string[] {
  return [...new Set([...added.toReversed(), ...known])].slice(0, mostRequestIds)
}
