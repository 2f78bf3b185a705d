import { hashOfCode, newCode } from '../accounts/secrets.ts'
import type { AccountSummary, Store } from '../store/store.ts'
import { columns, timeText } from './columns.ts'
import type { Command, Surroundings } from './command.ts'
import { DELETE_ACCOUNT } from './delete-account.ts'
import { accountOf, baseUrl, withStore } from './data.ts'

const DAY_MS = 86_400_000
const PAGE = 1_000

async function everybody(store: Store): Promise<readonly AccountSummary[]> {
  const all: AccountSummary[] = []
  for (;;) {
    const page = await store.listAccounts(all.at(-1)?.username ?? '', PAGE)
    all.push(...page)
    if (page.length < PAGE) return all
  }
}

const list: Command = {
  usage: 'accounts list',
  summary: 'Lists all accounts, their devices and what waits for them.',
  examples: ['accounts list', 'accounts list --json'],
  run: (surroundings) =>
    withStore(surroundings, async (store) => {
      const accounts = await everybody(store)
      const rows = accounts.map(({ username, createdAt, disabled, devices, waiting, waitingBytes }) => [
        username,
        disabled ? 'disabled' : 'active',
        timeText(createdAt),
        devices,
        waiting,
        waitingBytes,
      ])
      const heading = ['NAME', 'STATE', 'SINCE', 'DEVICES', 'WAITING', 'BYTES']
      return { lines: accounts.length === 0 ? ['There is no account yet.'] : columns(heading, rows), json: accounts }
    }),
}

/** Sessions stay, asleep: whoever is switched on again goes on where they were. */
const setDisabled = (surroundings: Surroundings, name: string, disabled: boolean) =>
  withStore(surroundings, async (store) => {
    const { account, username } = await accountOf(store, name)
    await store.changeAccount(account, { disabled })
    const line = disabled
      ? `${username} is switched off: no log-in, no sending and fetching, and open connections close within two seconds. What is sent to ${username} goes on waiting.`
      : `${username} is switched on again and can go on as before.`
    return { lines: [line], json: { username, disabled } }
  })

const disable: Command = {
  usage: 'accounts disable NAME',
  summary: 'Switches an account off; nothing of it is deleted.',
  examples: ['accounts disable mallory'],
  run: (surroundings, { name }) => setDisabled(surroundings, name, true),
}

const enable: Command = {
  usage: 'accounts enable NAME',
  summary: 'Switches an account on again.',
  examples: ['accounts enable mallory'],
  run: (surroundings, { name }) => setDisabled(surroundings, name, false),
}

const freshStart: Command = {
  usage: 'accounts fresh-start NAME',
  summary: 'Makes a one-time code for who has lost both password and recovery code.',
  examples: ['accounts fresh-start alice'],
  run: (surroundings, { name }) =>
    withStore(surroundings, async (store, config) => {
      const { account, username, disabled } = await accountOf(store, name)
      const code = newCode()
      const until = surroundings.now() + DAY_MS
      await store.changeAccount(account, { freshStart: { hash: hashOfCode(code), until } })
      const page = `${baseUrl(config)}/recover`
      const lines = [
        `Code: ${code}`,
        `It works once, until ${timeText(until)}, and replaces an earlier one. Hand it to ${username} in person or by a call.`,
        `With it ${username} chooses a new password and gets new keys at ${page}; what waits for the old keys stays unreadable, and contacts see that the key has changed.`,
        ...(disabled ? [`${username} is switched off: run "accounts enable ${username}" first.`] : []),
      ]
      return { lines, json: { username, code, until, page } }
    }),
}

export const ACCOUNT_COMMANDS: readonly Command[] = [list, disable, enable, DELETE_ACCOUNT, freshStart]
