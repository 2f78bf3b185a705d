import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from './clock.ts'
import type { Clock } from './clock.ts'
import { prepareDataFolder, readConfig } from './config.ts'
import { openLog } from './log.ts'
import { openParts } from './parts.ts'
import { publicPolicy, PUSH_SERVICES } from './push/policy.ts'
import type { PushPolicy } from './push/policy.ts'
import { startServer } from './server.ts'
import type { RunningServer } from './server.ts'
import type { StoreLimits } from './store/store.ts'

/** For tests: real servers in this process, on a temporary folder and a free port, with cheap password hashing. */

export interface TestServerOptions {
  /** Off unless a test is about them. */
  readonly rateLimits?: boolean
  readonly clock?: Clock
  /** More settings, by their environment variables. */
  readonly env?: Readonly<Record<string, string>>
  /** Smaller mailboxes than the real ones. */
  readonly limits?: Partial<StoreLimits>
  /** Keep using the folder of an earlier server; the caller removes it. */
  readonly data?: string
  /** The folder of another web app than the one of this checkout. */
  readonly pages?: string
  /** Whom it may push to. Nobody, unless a test says so: no test reaches the Internet. */
  readonly push?: PushPolicy
}

export interface TestServer extends RunningServer {
  readonly data: string
  /** Calls an endpoint as a program does: `session` travels as Bearer. */
  post(name: string, body: object, session?: string): Promise<Response>
  /** Makes an account and signs it in as a device. */
  newDevice(username: string, options?: { readonly existing?: boolean }): Promise<TestDevice>
}

export interface TestDevice {
  readonly username: string
  readonly session: string
  readonly deviceId: string
}

export const TEST_PASSWORD = 'a password for tests'
const CHEAP = { memoryKiB: 8, passes: 1, lanes: 1 }

/** @returns a running server; its `stop` also removes its folder unless the folder was given */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const data = options.data ?? (await mkdtemp(join(tmpdir(), 'chatnip-test-')))
  const limits = options.rateLimits === true ? 'on' : 'off'
  const base = { HOST: '127.0.0.1', PORT: '0', CHATNIP_DATA: data, CHATNIP_RATE_LIMITS: limits, CHATNIP_LOG: 'silent' }
  const config = readConfig({ ...base, ...options.env })
  prepareDataFolder(data)
  const clock = options.clock ?? systemClock()
  const log = openLog(config.log)
  const parts = {
    ...(await openParts(config, { limits: options.limits ?? {}, log })),
    clock,
    log,
    passwordCost: CHEAP,
    push: options.push ?? { ...publicPolicy(PUSH_SERVICES), mayReach: () => false },
    ...(options.pages === undefined ? {} : { pages: options.pages }),
  }
  const server = await startServer(config, parts)
  const stop = async () => {
    await server.stop()
    if (options.data === undefined) await rm(data, { recursive: true, force: true })
  }
  const post: TestServer['post'] = (name, body, session) =>
    fetch(`${server.address}/${name}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(session === undefined ? {} : { authorization: `Bearer ${session}` }),
      },
      body: JSON.stringify(body),
    })
  return { ...server, data, stop, post, newDevice: (name, how) => newDevice({ ...server, post }, name, how) }
}

async function newDevice(
  { services, post }: Pick<TestServer, 'services' | 'post'>,
  username: string,
  how: { readonly existing?: boolean } = {},
): Promise<TestDevice> {
  if (how.existing !== true) await newAccount(services, username)
  const reply = await post('authenticate', { username, password: TEST_PASSWORD, device: { name: 'a test' } })
  const { session_id: session, device_id: deviceId }: Record<string, string> = await readJson(reply)
  if (session === undefined || deviceId === undefined) throw new Error(`authenticate said ${reply.status}`)
  return { username, session, deviceId }
}

/** Straight into the store, past questions and proofs. */
async function newAccount({ store, passwords, clock }: TestServer['services'], username: string): Promise<void> {
  await store.createAccount({
    username,
    passwordHash: await passwords.hash(TEST_PASSWORD),
    publicKey: `key of ${username}`,
    wrappedByPassword: null,
    recovery: null,
    now: clock.now(),
    inviteHash: null,
    proof: null,
  })
}

async function readJson(reply: Response): Promise<Record<string, string>> {
  const value: unknown = await reply.json()
  const fields = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return Object.fromEntries(fields.map(([key, field]) => [key, String(field)]))
}

/** A clock that moves only when told to. Its timers fire during `advance`, in order. */
export interface ManualClock extends Clock {
  advance(ms: number): void
}

/** @param start Unix milliseconds */
export function manualClock(start: number = Date.now()): ManualClock {
  const timers = new Set<{ at: number; every: number | null; call: () => void }>()
  let now = start
  const add = (timer: { at: number; every: number | null; call: () => void }) => {
    timers.add(timer)
    return () => void timers.delete(timer)
  }
  const advance = (ms: number) => {
    const end = now + ms
    for (;;) {
      const [next] = [...timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)
      if (next === undefined) break
      now = Math.max(now, next.at)
      if (next.every === null) timers.delete(next)
      else next.at += next.every
      next.call()
    }
    now = end
  }
  return {
    now: () => now,
    advance,
    after: (ms, call) => add({ at: now + ms, every: null, call }),
    every: (ms, call) => add({ at: now + ms, every: ms, call }),
  }
}
