import type { Style } from '../output/style.ts'
import { harmless } from '../output/table.ts'
import type { LogChunk } from './logs.ts'

/** Log chunks as lines; with `naming` each line begins with its step. Half lines wait for their rest, so that steps do not mix. */
export function createLogPrinter(style: Style, naming: boolean): { add(chunk: LogChunk): string; end(): string } {
  const rests = new Map<string, string>()
  const lineOf = (step: string, line: string): string =>
    `${naming ? style.cyan(`${harmless(step)} │ `) : ''}${harmless(line)}\n`
  return {
    add(chunk) {
      const lines = ((rests.get(chunk.step) ?? '') + chunk.text).split('\n')
      rests.set(chunk.step, lines.pop() ?? '')
      return lines.map((line) => lineOf(chunk.step, line.slice(line.lastIndexOf('\r', line.length - 2) + 1))).join('')
    },
    end() {
      const text = [...rests].map(([step, rest]) => (rest === '' ? '' : lineOf(step, rest))).join('')
      rests.clear()
      return text
    },
  }
}
