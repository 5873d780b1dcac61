import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { commandsFile, generateCommands } from '../../../tools/generate-commands.ts'
import { catalogue } from '../src/catalogue.ts'
import { nouns } from '../src/nouns.ts'
import { run } from './host.ts'

describe('the help', () => {
  it('of the program, every noun and every command stays as people know it', async () => {
    const pages = [['--help'], ...Object.keys(nouns).map((noun) => [noun, '--help'])]
    for (const { noun, verb } of catalogue) pages.push([...(noun === '' ? [] : [noun]), verb, '--help'])
    let text = ''
    for (const words of pages) {
      const { code, stdout, stderr } = await run(words)
      expect({ words, code, stderr }).toEqual({ words, code: 0, stderr: '' })
      text += `$ modelyard ${words.join(' ')}\n${stdout}\n`
    }
    await expect(text).toMatchFileSnapshot('help.snapshot.txt')
  })

  it('comes without a word, with `help`, and has no colours where nobody asked for them', async () => {
    const page = (await run(['--help'])).stdout
    expect((await run([])).stdout).toBe(page)
    expect((await run(['help'])).stdout).toBe(page)
    expect((await run(['help', 'job', 'create'])).stdout).toBe((await run(['job', 'create', '--help'])).stdout)
    expect(page).not.toContain('\u001B')
    expect((await run(['--help'], { environment: { FORCE_COLOR: '1' } })).stdout).toContain('\u001B')
    expect((await run(['--help'], { environment: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stdout).toBe(page)
  })

  it('lists every command once, from a table that is not stale', async () => {
    expect(readFileSync(commandsFile, 'utf8')).toBe(await generateCommands())
    const names = catalogue.map(({ noun, verb }) => `${noun} ${verb}`)
    expect(new Set(names).size).toBe(names.length)
    expect(new Set(catalogue.map(({ noun }) => noun))).toEqual(new Set(['', ...Object.keys(nouns)]))
  })
})
