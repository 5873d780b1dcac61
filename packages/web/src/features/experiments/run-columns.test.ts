import { expect, it } from 'vitest'
import { chosenColumns, columnsText } from './run-columns.ts'

it('the chosen columns come back from the address as they went in, also with commas in names', () => {
  const all = { parameters: ['depth', 'a,b'], metrics: ['mae'] }
  expect(chosenColumns(columnsText(all), { parameters: [], metrics: [] })).toEqual(all)
})
