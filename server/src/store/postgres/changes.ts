import type { AccountNumber } from '../store.ts'
import type { Context } from './context.ts'
import type { Ask } from './database.ts'
import { toNumber } from './rows.ts'

/** How nodes, and the admin command, hear from the database itself that sessions, devices or accounts have changed: heard when committed. */
const CHANNEL = 'chatnip_accounts'

/** Within a transaction: everybody else who listens is told of it when it is committed. */
export async function tellChange({ node }: Context, ask: Ask, account: AccountNumber): Promise<void> {
  await ask('SELECT pg_notify($1, $2)', [CHANNEL, `${node} ${account}`])
}

/**
 * Hears of others' changes. While the connection was away something may have been missed: then of all accounts.
 * @param onChange the account, or null for any
 */
export async function hearChanges(
  { db, node }: Context,
  onChange: (account: AccountNumber | null) => void,
): Promise<void> {
  let begun = false
  await db.listen(
    CHANNEL,
    (payload) => {
      const [from, account] = payload.split(' ')
      if (from !== node) onChange(account === undefined ? null : Number(account))
    },
    () => {
      if (begun) onChange(null)
      begun = true
    },
  )
}

/** What nodes tell each other besides. */
const ANNOUNCEMENTS = 'chatnip_nodes'

/** What is told is numbered by the database: whoever hears two things late, and turned around, knows which one was said first. */
const ANNOUNCE = `WITH next AS MATERIALIZED (SELECT nextval('announcements') AS number)
  SELECT number, pg_notify($1, $2 || ' ' || number || ' ' || $3) FROM next`

export async function openAnnouncements({ db, node }: Context): Promise<{
  announce: (text: string) => Promise<number>
  onAnnounced: (listener: (text: string, number: number) => void) => void
}> {
  const listeners: ((text: string, number: number) => void)[] = []
  await db.listen(
    ANNOUNCEMENTS,
    (payload) => {
      const [, from, number, text = ''] = /^(\S+) (\d+) (.*)$/s.exec(payload) ?? []
      if (number !== undefined && from !== node) for (const listener of listeners) listener(text, Number(number))
    },
    () => undefined,
  )
  return {
    announce: async (text) => {
      const [row] = await db.ask(ANNOUNCE, [ANNOUNCEMENTS, node, text])
      return toNumber(row?.['number'])
    },
    onAnnounced: (listener) => {
      listeners.push(listener)
    },
  }
}
