import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { expect } from 'vitest'
import { judge, tell } from '../../oracle/index.ts'
import type { MailboxTable, Observation, ServerTables, Violation } from '../../oracle/index.ts'
import type { FaultCounts } from './report.ts'

/** Writes down what a test sees, for the one oracle. */
export class Recorder {
  readonly #observations: Observation[] = []
  readonly #accepted = new Set<string>()

  note(observation: Observation): void {
    // Said again on each try that had been accepted before.
    if (observation.what === 'accepted') {
      if (this.#accepted.has(observation.message)) return
      this.#accepted.add(observation.message)
    }
    this.#observations.push(observation)
  }

  accepted(): number {
    return this.#accepted.size
  }

  hasAccepted(message: string): boolean {
    return this.#accepted.has(message)
  }

  /** @param data the folder of a server that has stopped, to look into its tables as well */
  verdict(data?: string): readonly Violation[] {
    return judge(this.#observations, data === undefined ? null : tablesOf(data))
  }
}

const LOST = new Set<Violation['kind']>(['lost', 'no end', 'text missing', 'gap not marked', 'place gap'])
const TWICE = new Set<Violation['kind']>(['shown twice', 'announced twice', 'stored twice', 'dedup record twice'])
const DISORDERED = new Set<Violation['kind']>(['order differs', 'sender order', 'mailboxes differ'])

/** The verdict in the report's words. */
export function countsOf(
  recorder: Recorder,
  violations: readonly Violation[],
  also: { readonly faults: number; readonly unexpected5xx?: number },
): FaultCounts {
  const count = (kinds: ReadonlySet<Violation['kind']>) => violations.filter(({ kind }) => kinds.has(kind)).length
  return {
    faults: also.faults,
    accepted: recorder.accepted(),
    lost: count(LOST),
    twice: count(TWICE),
    disordered: count(DISORDERED),
    unreadable: count(new Set(['unreadable'])),
    unexpected5xx: also.unexpected5xx ?? 0,
  }
}

/** Nothing at all may be wrong; the first ten things that are stand in the message. */
export const expectNothingWrong = (violations: readonly Violation[]): void =>
  expect(violations.slice(0, 10).map(tell)).toEqual([])

const uuidOf = (id: unknown): string => {
  const hex = id instanceof Uint8Array ? Buffer.from(id).toString('hex') : ''
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** The tables of a server that does not run any more. @throws Error when SQLite finds the file damaged */
export function tablesOf(data: string): ServerTables {
  const db = new DatabaseSync(join(data, 'chatnip.sqlite'))
  try {
    expectSound(db)
    const rows = (sql: string) => db.prepare(sql).all()
    const boxes = new Map<number, { mailbox: MailboxTable; entries: { seq: number; text: number }[] }>()
    for (const row of rows('SELECT mailbox, last_seq, messages FROM mailboxes')) {
      const entries: { seq: number; text: number }[] = []
      const mailbox = Number(row['mailbox'])
      const table = { mailbox, lastSeq: Number(row['last_seq']), counted: Number(row['messages']), entries }
      boxes.set(mailbox, { mailbox: table, entries })
    }
    for (const row of rows('SELECT place >> 32 AS mailbox, place & 4294967295 AS seq, message FROM entries'))
      boxes.get(Number(row['mailbox']))?.entries.push({ seq: Number(row['seq']), text: Number(row['message']) })
    return {
      dedup: rows('SELECT id FROM dedup').map(({ id }) => uuidOf(id)),
      mailboxes: [...boxes.values()].map(({ mailbox }) => mailbox),
      texts: rows('SELECT message, id, holders FROM messages').map((row) => ({
        text: Number(row['message']),
        message: uuidOf(row['id']),
        holders: Number(row['holders']),
      })),
    }
  } finally {
    db.close()
  }
}

function expectSound(db: DatabaseSync): void {
  const found = db.prepare('PRAGMA integrity_check').get()?.['integrity_check']
  if (found !== 'ok') throw new Error(`The database is damaged: ${String(found)}`)
}
