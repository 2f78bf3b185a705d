import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startTestServer } from '@chatnip/server/testing'
import type { TestServer, TestServerOptions } from '@chatnip/server/testing'
import { top } from '../../../scripts/run.ts'
import { ensureWebBundle } from '../../../scripts/bundles.ts'

const execute = promisify(execFile)

/** A running Chatnip as people meet it, on one address that stays the same when the server is stopped and started again. */
export interface App {
  readonly address: string
  /** The server that runs now. */
  server(): TestServer
  stopServer(): Promise<void>
  /** @param pages the folder of another version of the web app, if not the one of this checkout */
  startServer(pages?: string): Promise<void>
  /** Everything that the server has written, whatever the file. */
  written(): Promise<Buffer>
  stop(): Promise<void>
}

export interface AppOptions {
  /** On, as it comes; off for a suite in which more people sign up from one address than a household has. */
  readonly rateLimits?: boolean
  /** More settings, by their environment variables. */
  readonly env?: Readonly<Record<string, string>>
  /** Smaller mailboxes than the real ones. */
  readonly limits?: NonNullable<TestServerOptions['limits']>
  /** The folder of another web app than the one of this checkout. */
  readonly pages?: string
  /** Whom the server may push to. */
  readonly push?: NonNullable<TestServerOptions['push']>
}

/** Builds the pages when they are not there and starts a server with what a fresh installation has, but for cheap password hashing. */
export async function startApp({
  rateLimits = true,
  env = {},
  limits = {},
  push,
  pages: first,
}: AppOptions = {}): Promise<App> {
  await ensureWebBundle()
  const data = await mkdtemp(join(tmpdir(), 'chatnip-browser-'))
  const pushing = push === undefined ? {} : { push }
  let server = await startTestServer({
    rateLimits,
    data,
    env,
    limits,
    ...pushing,
    ...(first === undefined ? {} : { pages: first }),
  })
  const { address } = server
  const { port } = new URL(address)
  return {
    address,
    server: () => server,
    stopServer: () => server.stop(),
    startServer: async (pages) => {
      const other = pages === undefined ? {} : { pages }
      server = await startTestServer({ rateLimits, data, limits, env: { ...env, PORT: port }, ...other, ...pushing })
    },
    written: async () => readAll(data),
    stop: async () => {
      await server.stop()
      await rm(data, { recursive: true, force: true })
    },
  }
}

async function readAll(folder: string): Promise<Buffer> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  return Buffer.concat(await Promise.all(paths.filter((path) => existsSync(path)).map((path) => readFile(path))))
}

/** Ends every session of somebody, as when the server forgets them after a month. */
export async function endSessions(app: App, username: string): Promise<void> {
  const { store, bus } = app.server().services
  const found = await store.findAccount(username)
  if (found === null) throw new Error(`There is no ${username}.`)
  await store.changeAccount(found.account, { endSessions: 'all' })
  bus.tell({ kind: 'sessions changed', account: found.account })
}

/** Runs the command of the people who run the server, beside it. @returns what it printed */
export async function runAdmin(app: App, ...words: readonly string[]): Promise<string> {
  const env = { ...process.env, CHATNIP_DATA: app.server().data }
  const { stdout } = await execute(process.execPath, [join(top, 'server/src/admin.ts'), ...words], { env })
  return stdout
}
