import { hashOfCode, newCode } from '../accounts/secrets.ts'
import type { Invite, Store } from '../store/store.ts'
import { columns, counted, timeText } from './columns.ts'
import { AdminError, numberOption } from './command.ts'
import type { Command } from './command.ts'
import { baseUrl, withStore } from './data.ts'

const DAY_MS = 86_400_000

/** Four characters tell invites apart; the other sixteen (79 bits) are known only to whoever got the code. */
const handleOf = (code: string): string => code.slice(0, 4)

/** A code whose handle no living invite has, so that `withdraw` means exactly one. */
async function freshCode(store: Store, now: number): Promise<string> {
  const taken = new Set((await store.listInvites(now)).map(({ handle }) => handle))
  for (;;) {
    const code = newCode()
    if (!taken.has(handleOf(code))) return code
  }
}

const make: Command = {
  usage: 'invites make [--uses N] [--days N]',
  summary: 'Makes an invite: for one person and a week, unless said otherwise.',
  examples: ['invites make', 'invites make --uses 20 --days 30'],
  options: { uses: { type: 'string' }, days: { type: 'string' } },
  run: (surroundings, input) => {
    const usesLeft = numberOption(input, 'uses', { least: 1, most: 1_000, fallback: 1 })
    const days = numberOption(input, 'days', { least: 1, most: 365, fallback: 7 })
    return withStore(surroundings, async (store, config) => {
      const createdAt = surroundings.now()
      const code = await freshCode(store, createdAt)
      const invite: Invite = { handle: handleOf(code), createdAt, expiresAt: createdAt + days * DAY_MS, usesLeft }
      await store.createInvite({ ...invite, hash: hashOfCode(code) })
      // After the #, so that the code reaches no server log and no proxy.
      const link = `${baseUrl(config)}/signup#invite=${code}`
      return {
        lines: [
          `Code: ${code}`,
          `Link: ${link}`,
          `For ${counted(usesLeft, 'person', 'people')}, until ${timeText(invite.expiresAt)}. It is shown only now: the server keeps a hash.`,
          ...(config.publicUrl === null
            ? ['The link works on this machine only; set CHATNIP_PUBLIC_URL to get one for others.']
            : []),
          ...(config.signup === 'closed'
            ? [
                'CHATNIP_SIGNUP is closed here: nobody can sign up, not even with an invite, until it is invite or open.',
              ]
            : []),
        ],
        json: { ...invite, code, link },
      }
    })
  },
}

const list: Command = {
  usage: 'invites list',
  summary: 'Lists the invites that can still be used.',
  examples: ['invites list'],
  run: (surroundings) =>
    withStore(surroundings, async (store) => {
      const invites = await store.listInvites(surroundings.now())
      const rows = invites.map(({ handle, usesLeft, createdAt, expiresAt }) => [
        handle,
        usesLeft,
        timeText(createdAt),
        timeText(expiresAt),
      ])
      const lines =
        invites.length === 0 ? ['No invite can be used now.'] : columns(['INVITE', 'USES LEFT', 'MADE', 'ENDS'], rows)
      return { lines, json: invites }
    }),
}

const withdraw: Command = {
  usage: 'invites withdraw HANDLE',
  summary: "Withdraws an invite; the handle is its code's first four characters, the whole code does as well.",
  examples: ['invites withdraw k7mp'],
  run: (surroundings, { name }) =>
    withStore(surroundings, async (store) => {
      const handle = handleOf(name.trim().toLowerCase())
      if (!(await store.withdrawInvite(handle))) {
        throw new AdminError(`There is no invite "${name}"; "invites list" shows those there are.`)
      }
      return { lines: [`The invite ${handle} works no more.`], json: { withdrawn: handle } }
    }),
}

export const INVITE_COMMANDS: readonly Command[] = [make, list, withdraw]
