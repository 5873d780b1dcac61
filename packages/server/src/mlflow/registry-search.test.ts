import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ModelTable } from '../models/index.ts'
import { searchModels } from './registry-search.ts'

const model = (name: string, at: number, tags: Record<string, string> = {}): ModelTable => ({
  workspace: 'default',
  name,
  description: '',
  tags: JSON.stringify(tags),
  created_at: at,
  updated_at: at,
  last_version: 0,
})

const query = { order: [], limit: 100, pageToken: undefined }
const names = (rows: ModelTable[], filter: string): string[] =>
  searchModels(rows, { ...query, filter }).rows.map((row) => row.name)

describe('a search of the registry', () => {
  it('matches LIKE as SQL does', () => {
    const piece = fc.constantFrom('a', 'b', 'A', '.', '(')
    const patternPiece = fc.constantFrom('a', 'b', '%', '_', '.', '(')
    fc.assert(
      fc.property(fc.array(piece), fc.array(patternPiece), (letters, parts) => {
        const name = letters.join('')
        const pattern = parts.join('')
        const same = new RegExp(
          `^${pattern.replaceAll(/[.()]/g, '\\$&').replaceAll('%', '.*').replaceAll('_', '.')}$`,
        ).test(name)
        expect(names([model(name, 1)], `name LIKE '${pattern}'`).length === 1).toBe(same)
      }),
    )
  })

  it('leaves prompts out unless the filter asks for them', () => {
    const rows = [model('m', 1), model('p', 2, { 'mlflow.prompt.is_prompt': 'true' })]
    expect(names(rows, '')).toEqual(['m'])
    expect(names(rows, "tags.`mlflow.prompt.is_prompt` != 'true'")).toEqual(['m'])
    expect(names(rows, "tags.`mlflow.prompt.is_prompt` = 'true'")).toEqual(['p'])
  })

  it('pages in the order that was asked for', () => {
    const rows = ['c', 'a', 'd', 'b'].map((name, index) => model(name, index))
    const first = searchModels(rows, { filter: '', order: ['name DESC'], limit: 3, pageToken: undefined })
    const rest = searchModels(rows, { filter: '', order: ['name DESC'], limit: 3, pageToken: first.nextPageToken })
    expect([...first.rows, ...rest.rows].map((row) => row.name)).toEqual(['d', 'c', 'b', 'a'])
    expect(rest.nextPageToken).toBeUndefined()
  })
})
