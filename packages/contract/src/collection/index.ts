export * from './rows.ts'
export * from './segment.ts'
