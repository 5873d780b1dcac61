export * from './documents.ts'
export * from './rows.ts'
export * from './segment.ts'
