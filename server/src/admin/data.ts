import { existsSync } from 'node:fs'
import { databaseFile, readConfig } from '../config.ts'
import type { Config } from '../config.ts'
import { openSqliteStore } from '../store/sqlite/sqlite.ts'
import type { Account, Store } from '../store/store.ts'
import { AdminError } from './command.ts'
import type { Surroundings } from './command.ts'

/**
 * Opens the store beside a running server, or without one, and closes it after `use`.
 * A database is never made here: with a wrong CHATNIP_DATA that would hide the mistake.
 * @throws AdminError when there is no database; ConfigError
 */
export async function withStore<T>(
  { env }: Surroundings,
  use: (store: Store, config: Config) => Promise<T>,
): Promise<T> {
  const config = readConfig(env)
  if (config.databaseUrl !== null) return withShared(config.databaseUrl, (store) => use(store, config))
  const file = databaseFile(config.data)
  if (!existsSync(file)) {
    throw noDatabase(config.data)
  }
  const store = await openSqliteStore({ file, role: 'admin' })
  try {
    return await use(store, config)
  } finally {
    await store.close()
  }
}

export const noDatabase = (data: string): AdminError =>
  new AdminError(
    `There is no Chatnip database in ${data}. Set CHATNIP_DATA to the server's data folder, or start the server once.`,
  )

/** The database that several nodes share: the nodes hear of what is changed. */
async function withShared<T>(url: string, use: (store: Store) => Promise<T>): Promise<T> {
  const { openPostgresStore } = await import('../store/postgres/postgres.ts')
  const store = await openPostgresStore({ url, role: 'admin', startPatience: 0, connections: 2 })
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

/** Where people reach this server. Without CHATNIP_PUBLIC_URL that is this machine. */
export function baseUrl({ publicUrl, host, port }: Config): string {
  if (publicUrl !== null) return publicUrl
  const everywhere = host === '0.0.0.0' || host === '::'
  return `http://${everywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${port}`
}

/** @throws AdminError when nobody has that name */
export async function accountOf(store: Store, name: string): Promise<Account> {
  const account = await store.findAccount(name)
  if (account === null) throw new AdminError(`There is no account "${name}"; "accounts list" shows those there are.`)
  return account
}
