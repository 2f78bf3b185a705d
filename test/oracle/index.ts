export { judge } from './judge.ts'
export type { MailboxTable, Observation, ServerTables, ViewLine } from './observations.ts'
export { tell } from './violations.ts'
export type { Violation } from './violations.ts'
