import { repeated } from './facts.ts'
import type { Facts } from './facts.ts'
import type { MailboxTable, ServerTables } from './observations.ts'
import { contradiction } from './order.ts'
import type { Violation } from './violations.ts'

/** What the server's database must look like whatever happened: a too short memory for ids hides behind the recipients' own. */
export function judgeTables(facts: Facts, tables: ServerTables): readonly Violation[] {
  return [
    ...judgeDedup(facts, tables),
    ...tables.mailboxes.flatMap(judgeMailbox),
    ...judgeTexts(tables),
    ...judgeOrder(tables),
  ]
}

function judgeDedup({ accepted, rolledBack }: Facts, { dedup }: ServerTables): readonly Violation[] {
  const there = new Set(dedup)
  return [
    ...[...accepted]
      .filter((message) => !rolledBack.has(message) && !there.has(message))
      .map((message): Violation => ({ kind: 'no dedup record', message })),
    ...[...repeated(dedup)].map((message): Violation => ({ kind: 'dedup record twice', message })),
  ]
}

/**
 * What waits is the end of what was ever placed: its places follow each other up to the last. Only the expiry of a message takes one out
 * of the middle, so a test in which something expires must not have anything waiting in the end.
 */
function judgeMailbox({ mailbox, lastSeq, counted, entries }: MailboxTable): readonly Violation[] {
  const seqs = entries.map(({ seq }) => seq).toSorted((a, b) => a - b)
  const first = lastSeq - seqs.length + 1
  const gap = seqs.findIndex((seq, at) => seq !== first + at)
  return [
    ...(gap === -1 ? [] : [{ kind: 'place gap', mailbox, seq: seqs[gap] ?? 0 } as const]),
    ...(counted === entries.length
      ? []
      : [{ kind: 'wrong count', mailbox, counted, entries: entries.length } as const]),
  ]
}

function judgeTexts({ texts, mailboxes }: ServerTables): readonly Violation[] {
  const there = new Map(texts.map((text) => [text.text, text]))
  const held = new Map<number, number>()
  const wrongs: Violation[] = []
  for (const { mailbox, entries } of mailboxes) {
    const seen = new Set<string>()
    for (const { seq, text } of entries) {
      held.set(text, (held.get(text) ?? 0) + 1)
      const message = there.get(text)?.message
      if (message === undefined) wrongs.push({ kind: 'text missing', mailbox, seq })
      else if (seen.has(message)) wrongs.push({ kind: 'stored twice', mailbox, message })
      else seen.add(message)
    }
  }
  for (const { text, holders } of texts) {
    const entries = held.get(text) ?? 0
    if (holders !== entries) wrongs.push({ kind: 'wrong holders', text, holders, entries })
  }
  return wrongs
}

/** Two messages that lie in two mailboxes lie there in the same order. */
function judgeOrder({ mailboxes, texts }: ServerTables): readonly Violation[] {
  const name = new Map(texts.map(({ text, message }) => [text, message]))
  const lists = mailboxes.map(({ entries }) =>
    entries.toSorted((a, b) => a.seq - b.seq).map(({ text }) => name.get(text) ?? `text ${text}`),
  )
  return lists.flatMap((one, index) =>
    lists.slice(index + 1).flatMap((other): readonly Violation[] => {
      const pair = contradiction(one, other)
      return pair === null ? [] : [{ kind: 'mailboxes differ', first: pair[0], second: pair[1] }]
    }),
  )
}
