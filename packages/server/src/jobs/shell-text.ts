import type { Scalar } from '@modelyard/contract'

type Quote = 'none' | 'single' | 'double'

/** A value as one word of POSIX shell text, whatever is in it, for the place it stands in. */
export function quoteFor(place: Quote, value: string): string {
  if (place === 'single') return value.replaceAll("'", `'\\''`)
  if (place === 'double') return value.replaceAll(/[\\"$`]/g, '\\$&')
  return /^[A-Za-z0-9_\-./:=@%+,]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`
}

/** A variable of the process's environment as one word, for the place it stands in. */
export function variableFor(place: Quote, name: string): string {
  if (place === 'double') return `\${${name}}`
  return place === 'single' ? `'"\${${name}}"'` : `"\${${name}}"`
}

/** What a placeholder becomes: a value that is quoted, a variable that is expanded by the shell, or nothing. */
export type Replacement = { readonly value: Scalar } | { readonly variable: string } | { readonly absent: true }

const placeholder = /^\$\{\{\s*(inputs|outputs)\.([A-Za-z0-9_-]+)\s*\}\}/

/**
 * Renders a command: `${{inputs.x}}` and `${{outputs.x}}` become safely quoted text, `$[[ … ]]` goes when an input in it is absent.
 * The place (inside single or double quotes, or none) is followed as the shell would.
 */
export function renderCommand(
  command: string,
  replace: (kind: 'inputs' | 'outputs', name: string) => Replacement,
): string {
  return render(dropAbsent(command, replace), replace)
}

function dropAbsent(command: string, replace: (kind: 'inputs' | 'outputs', name: string) => Replacement): string {
  return command.replaceAll(/\$\[\[([\s\S]*?)\]\]/g, (_whole, inner: string) => {
    for (const match of inner.matchAll(/\$\{\{\s*(inputs|outputs)\.([A-Za-z0-9_-]+)\s*\}\}/g)) {
      if ('absent' in replace(match[1] as 'inputs' | 'outputs', String(match[2]))) return ''
    }
    return inner
  })
}

function render(command: string, replace: (kind: 'inputs' | 'outputs', name: string) => Replacement): string {
  let place: Quote = 'none'
  let text = ''
  for (let index = 0; index < command.length; index++) {
    const match = placeholder.exec(command.slice(index, index + 200))
    if (match !== null) {
      text += textOf(place, replace(match[1] as 'inputs' | 'outputs', String(match[2])))
      index += match[0].length - 1
      continue
    }
    const character = command.charAt(index)
    if (character === '\\' && place !== 'single') {
      text += character + command.charAt(++index)
      continue
    }
    if (character === "'" && place !== 'double') place = place === 'single' ? 'none' : 'single'
    if (character === '"' && place !== 'single') place = place === 'double' ? 'none' : 'double'
    text += character
  }
  return text
}

function textOf(place: Quote, replacement: Replacement): string {
  if ('variable' in replacement) return variableFor(place, replacement.variable)
  if ('absent' in replacement) return place === 'none' ? "''" : ''
  return quoteFor(place, scalarText(replacement.value))
}

/** A parameter as a program gets it: Python's spelling of nothing would surprise every other program, so null is empty. */
export function scalarText(value: Scalar): string {
  return value === null ? '' : String(value)
}
