/** What `${{…}}` may name in a pipeline. */
export type Reference =
  | { readonly kind: 'parentInput'; readonly name: string }
  | { readonly kind: 'stepOutput'; readonly step: string; readonly output: string }

const whole = /^\s*\$\{\{\s*([^{}]+?)\s*\}\}\s*$/

/** The reference that a text consists of; `undefined` when it is no expression, an error text when it is a wrong one. */
export function parseReference(text: string): Reference | { readonly problem: string } | undefined {
  const inner = whole.exec(text)?.[1]
  if (inner === undefined) return undefined
  const input = /^parent\.inputs\.([A-Za-z0-9_-]+)$/.exec(inner)
  if (input?.[1] !== undefined) return { kind: 'parentInput', name: input[1] }
  const output = /^parent\.jobs\.([A-Za-z0-9_.-]+?)\.outputs\.([A-Za-z0-9_-]+)$/.exec(inner)
  if (output?.[1] !== undefined && output[2] !== undefined)
    return { kind: 'stepOutput', step: output[1], output: output[2] }
  return { problem: `\`\${{${inner}}}\` is neither \`parent.inputs.NAME\` nor \`parent.jobs.STEP.outputs.NAME\`` }
}

/** Names used in a command, by kind, with how they stand there. */
export function placeholdersOf(command: string): { kind: 'inputs' | 'outputs'; name: string }[] {
  return [...command.matchAll(/\$\{\{\s*(inputs|outputs)\.([A-Za-z0-9_-]+)\s*\}\}/g)].map((match) => ({
    kind: match[1] as 'inputs' | 'outputs',
    name: String(match[2]),
  }))
}

/** Expressions in a command that are neither inputs nor outputs. */
export function foreignExpressions(command: string): string[] {
  return [...command.matchAll(/\$\{\{([^}]*)\}\}/g)]
    .map((match) => String(match[1]).trim())
    .filter((inner) => !/^(inputs|outputs)\.[A-Za-z0-9_-]+$/.test(inner))
}

/** Python files that a command starts directly. */
export function scriptsOf(command: string): string[] {
  return [
    ...command.matchAll(
      /(?:^|[;&|(]|\bthen|\bdo)\s*python3?\s+(?:-[uBOsSIE]+\s+)*([A-Za-z0-9_./-]+\.py)(?=\s|$|;|&|\|)/g,
    ),
  ].map((match) => String(match[1]).replace(/^\.\//, ''))
}

/** A step of every cycle, in its order, or undefined when the graph has none. */
export function findCycle(needs: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const state = new Map<string, 'open' | 'done'>()
  for (const start of needs.keys()) {
    const cycle = visit(start)
    if (cycle !== undefined) return cycle
  }
  return undefined

  /** Depth first without recursion: a chain may be as long as a pipeline. */
  function visit(start: string): string[] | undefined {
    const path: { name: string; next: number }[] = [{ name: start, next: 0 }]
    if (state.get(start) === 'done') return undefined
    state.set(start, 'open')
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const need = needs.get(top.name)?.[top.next++]
      if (need === undefined) {
        state.set(top.name, 'done')
        path.pop()
      } else if (state.get(need) === 'open')
        return [...path.map((entry) => entry.name).slice(path.findIndex((entry) => entry.name === need)), need]
      else if (state.get(need) !== 'done') {
        state.set(need, 'open')
        path.push({ name: need, next: 0 })
      }
    }
    return undefined
  }
}
