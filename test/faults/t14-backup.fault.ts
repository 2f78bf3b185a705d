import { execFile } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { LIMITS } from '@chatnip/protocol'
import { RawDevice, settle } from './kit/device.ts'
import { post } from './kit/http.ts'
import { pause, startLoad } from './kit/load.ts'
import { progressOf } from './kit/progress.ts'
import { countsOf, expectNothingWrong, Recorder, tablesOf } from './kit/recorder.ts'
import { byTier, report } from './kit/report.ts'
import { makeHousehold, startServer } from './kit/server.ts'
import type { Household, Login } from './kit/server.ts'

/**
 * T14: a backup is made again and again while people chat, by the command that people use. Each is put into a folder of its own, a fresh
 * server starts on it, and what it holds must be one moment of the past: of each writer everything up to some message and nothing after it,
 * and at least all that was accepted before the backup began.
 */

const ADMIN = fileURLToPath(new URL('../../server/src/admin.ts', import.meta.url))

/** Four chat; two write to somebody who is never there, so that what waits can be looked at. */
const NAMES = { ann: 1, ben: 1, cat: 1, dan: 1, eve: 1, fay: 1, gone: 1 }

/** One sender may fill a fifth of a mailbox and no more. */
const MOST_WAITING = LIMITS.mailboxMessages * LIMITS.senderShare - 1
/** So many copies of the live file are enough to see that one cannot be relied on. */
const LIVE_COPIES = 5

interface Taken {
  readonly folder: string
  /** Names of what each absent one's writer had had accepted when it began, in order. */
  readonly acceptedBefore: readonly (readonly string[])[]
}

interface Writers {
  /** In the order of composing, by writer. */
  readonly composed: readonly string[][]
  readonly accepted: readonly string[][]
  readonly devices: readonly RawDevice[]
  stop(): Promise<void>
}

function startWriters(address: string, household: Household, recorder: Recorder): Writers {
  const composed: string[][] = [[], []]
  const accepted: string[][] = [[], []]
  const logins = household.devices.slice(4, 6).flat()
  const devices = logins.map((login, index) => {
    const onSent = (message: string) => void accepted[index]?.push(message)
    return new RawDevice({ address, login, name: login.account, recorder, onSent })
  })
  for (const device of devices) device.start()
  const pace = setInterval(
    () => {
      for (const [index, device] of devices.entries()) {
        const own = composed[index]
        if (own !== undefined && own.length < MOST_WAITING) own.push(device.compose('gone'))
      }
    },
    byTier(8, 40),
  )
  const stop = async () => {
    clearInterval(pace)
    await settle(devices, () => true)
    for (const device of devices) device.stop()
  }
  return { composed, accepted, devices, stop }
}

/** What is wrong with a restored folder, as sentences. */
async function inspectRestored({ folder, acceptedBefore }: Taken, household: Household, writers: Writers) {
  const wrong: string[] = []
  const login = household.devices[6]?.[0]
  if (login === undefined) throw new Error('Nobody is gone.')
  const recorder = new Recorder()
  const server = await startServer({ data: folder })
  const got: string[] = []
  const gone = new RawDevice({
    address: server.address,
    login,
    name: 'gone',
    recorder,
    onReceived: (message) => got.push(message),
  })
  gone.start()
  const waiting = waitingIn(folder)
  await settle([], () => got.length >= waiting, 10_000)
  gone.stop()
  if ((await server.stop()) !== 0) wrong.push('the restored server did not stop well')
  for (const [index, composed] of writers.composed.entries()) {
    const mine = new Set(composed)
    const held = got.filter((message) => mine.has(message))
    const prefix = composed.slice(0, held.length)
    if (held.some((message, at) => message !== prefix[at]))
      wrong.push(`writer ${index}: not a beginning of what was sent`)
    const before = acceptedBefore[index]?.length ?? 0
    if (held.length < before) wrong.push(`writer ${index}: ${before - held.length} accepted before it and not in it`)
  }
  tablesOf(folder)
  return wrong
}

function waitingIn(folder: string): number {
  const db = new DatabaseSync(join(folder, 'chatnip.sqlite'), { readOnly: true, timeout: 5_000 })
  try {
    const row = db
      .prepare(`SELECT m.messages FROM mailboxes m JOIN accounts a ON a.account = m.account WHERE a.username = 'gone'`)
      .get()
    return Number(row?.['messages'])
  } finally {
    db.close()
  }
}

const newFolder = () => mkdtempSync(join(tmpdir(), 'chatnip-restored-'))

async function backup(data: string, folder: string): Promise<void> {
  const env = { ...process.env, CHATNIP_DATA: data }
  const args = ['--disable-warning=ExperimentalWarning', ADMIN, 'backup', join(folder, 'chatnip.sqlite')]
  await promisify(execFile)(process.execPath, args, { env })
}

/** The mistake: the database's file as it lies there, without its log. */
const copyLive = (data: string, folder: string) =>
  copyFileSync(join(data, 'chatnip.sqlite'), join(folder, 'chatnip.sqlite'))

/** What is wrong with a copy; one that cannot even be opened is worth one sentence. */
async function wrongsOf(taken: Taken, household: Household, writers: Writers): Promise<readonly string[]> {
  try {
    return await inspectRestored(taken, household, writers)
  } catch (cause) {
    return [`it cannot be used: ${cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)}`]
  }
}

test('T14 a backup under load is one moment of the past, and a server starts on it', async () => {
  const backups = byTier(5, 100)
  const household = await makeHousehold(NAMES)
  const { data } = household
  const recorder = new Recorder()
  const server = await startServer({ data })
  const chatting = { ...household, devices: household.devices.slice(0, 4) }
  const load = startLoad({ address: server.address, household: chatting, recorder, rate: 300 })
  const writers = startWriters(server.address, household, recorder)
  const said = progressOf('T14', backups, 'backups')
  const taken: Taken[] = []
  const live: Taken[] = []
  for (let n = 0; n < backups; n++) {
    await pause(byTier(1_000, 5_000))
    const here = () => writers.accepted.map((list) => [...list])
    const one = { folder: newFolder(), acceptedBefore: here() }
    await backup(data, one.folder)
    taken.push(one)
    said(n + 1)
    if (n >= LIVE_COPIES) continue
    const other = { folder: newFolder(), acceptedBefore: here() }
    copyLive(data, other.folder)
    live.push(other)
  }
  await writers.stop()
  await load.finish()
  expect(await server.stop()).toBe(0)
  const wrong: string[] = []
  const restored = progressOf('T14', backups, 'restored')
  for (const [index, one] of taken.entries()) {
    wrong.push(...(await wrongsOf(one, household, writers)))
    rmSync(one.folder, { recursive: true, force: true })
    restored(index + 1)
  }
  const wrongOfLive: string[] = []
  for (const one of live) wrongOfLive.push(...(await wrongsOf(one, household, writers)))
  const violations = recorder.verdict(data)
  for (const { folder } of [...taken, ...live]) rmSync(folder, { recursive: true, force: true })
  report({
    test: 'T14',
    title: 'backup under load',
    counts: countsOf(recorder, violations, { faults: backups }),
    control: {
      name: 'a copy of the live file',
      failed: wrongOfLive.length > 0,
      found: wrongOfLive[0] ?? 'nothing wrong',
    },
    more: { restoredWrong: wrong.length },
  })
  expect(wrong).toEqual([])
  expectNothingWrong(violations)
  expect(wrongOfLive).not.toEqual([])
  await household.remove()
})

interface Reader {
  /** Fetches by the bare API, saying each time up to where it has everything, until there is nothing. @returns the texts */
  fetchAll(address: string): Promise<readonly string[]>
}

/** Somebody's script: it knows of the last time up to where it had everything, and nothing else. */
function readerOf({ session }: Login): Reader {
  let after = 0
  const fetchPage = async (address: string) => {
    const { status, text } = await post(address, 'download_messages', { after }, session)
    if (status !== 200) throw new Error(`download_messages was answered ${status}`)
    const page: readonly { readonly seq: number; readonly message_text: string }[] = JSON.parse(text)
    after = page.at(-1)?.seq ?? after
    return page.map(({ message_text }) => message_text)
  }
  return {
    fetchAll: async (address) => {
      const all: string[] = []
      for (let page = await fetchPage(address); page.length > 0; page = await fetchPage(address)) all.push(...page)
      return all
    },
  }
}

/** The mistake: a copy that does not say that it is one. */
function unmark(folder: string): void {
  const db = new DatabaseSync(join(folder, 'chatnip.sqlite'))
  db.exec("DELETE FROM counters WHERE name = 'copied_at'")
  db.close()
}

/**
 * A backup is made, life goes on, and the backup is put back: what a reader has had in the lost time must not be taken for what comes later.
 * @returns how many of the new messages the reader never gets
 */
async function restoreUnderReader(isMarked: boolean): Promise<number> {
  const household = await makeHousehold({ ann: 1, bob: 1 })
  const folder = newFolder()
  const [ann, bob] = household.devices.flat()
  if (ann === undefined || bob === undefined) throw new Error('Two are needed.')
  const write = async (address: string, texts: readonly string[]) => {
    for (const message_text of texts)
      await post(address, 'upload_message', { destname: 'bob', message_text, timestamp: 1 }, ann.session)
  }
  const named = (name: string, count: number) => Array.from({ length: count }, (_, n) => `${name} ${n}`)
  const reader = readerOf(bob)
  let server = await startServer({ data: household.data })
  await write(server.address, named('before', 10))
  await reader.fetchAll(server.address)
  await backup(household.data, folder)
  if (!isMarked) unmark(folder)
  await write(server.address, named('lost', 40))
  await reader.fetchAll(server.address)
  await server.kill()
  server = await startServer({ data: folder })
  await write(server.address, named('new', 20))
  const got = await reader.fetchAll(server.address)
  expect(await server.stop()).toBe(0)
  await household.remove()
  rmSync(folder, { recursive: true, force: true })
  return named('new', 20).filter((text) => !got.includes(text)).length
}

test('T14 what is new after a restored backup is not taken for what was had before', async () => {
  const lost = await restoreUnderReader(true)
  const control = await restoreUnderReader(false)
  report({
    test: 'T14',
    title: 'a backup put back under a reader',
    counts: { faults: 1, accepted: 20, lost },
    control: { name: 'a copy without its mark', failed: control > 0, found: `${control} lost` },
  })
  expect(lost).toBe(0)
  expect(control).toBeGreaterThan(0)
})
