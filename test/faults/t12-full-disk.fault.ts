import { randomUUID } from 'node:crypto'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { TEST_PASSWORD } from '@chatnip/server/testing'
import { expect, onTestFinished, test } from 'vitest'
import { withoutLast, writeToAbsent } from './kit/absent.ts'
import { post } from './kit/http.ts'
import { pause, soon, startLoad } from './kit/load.ts'
import type { Load } from './kit/load.ts'
import { wrongBy } from './kit/preload.ts'
import { progressOf } from './kit/progress.ts'
import { countsOf, expectNothingWrong, Recorder } from './kit/recorder.ts'
import { byTier, report } from './kit/report.ts'
import { makeHousehold, startServer } from './kit/server.ts'
import type { Household, Login, ServerChild } from './kit/server.ts'
import { makeSmallDisk, whyNoSmallDisk } from './kit/small-disk.ts'
import type { SmallDisk } from './kit/small-disk.ts'

/**
 * T12: the disk is full, and has room again, over and over. New content is refused with its reason, what makes room goes on, nothing has to be
 * started again.
 */

const CYCLES = byTier(10, 50)
const DISK_MEBIBYTES = 96
const PER_CYCLE = 20
const BACK_WITHIN_MS = 5_000
const TEXT = 'x'.repeat(2_000)

const goers = Array.from({ length: CYCLES }, (_, cycle) => `goer${cycle}`)
const SIX = { ann: 1, ben: 1, cat: 1, dan: 1, eve: 1, fay: 1 }
const PEOPLE = { ...SIX, yan: 1, yve: 1 }
const whyNot = await whyNoSmallDisk()
if (whyNot !== null) report({ test: 'T12', title: 'full disk', leftOut: whyNot })

const idsOf = (text: string): readonly { readonly id: string; readonly seq: number }[] => JSON.parse(text)

/** What must go on while there is no room at all: reading, acknowledging, leaving. */
async function emptyMailbox(address: string, reader: Login, ids: readonly string[]): Promise<void> {
  const page = await post(address, 'download_messages', { after: 0 }, reader.session)
  expect(page).toMatchObject({ status: 200 })
  expect(idsOf(page.text).map(({ id }) => id)).toEqual(ids)
  const after = idsOf(page.text).at(-1)?.seq ?? 0
  const rest = await post(address, 'download_messages', { after }, reader.session)
  expect(rest).toEqual({ status: 200, text: '[]' })
}

async function leave(address: string, goer: Login): Promise<void> {
  const gone = await post(address, 'delete_user', { password: TEST_PASSWORD }, goer.session)
  expect(gone).toEqual({ status: 200, text: 'OK' })
  expect((await post(address, 'get_public_key', { username: goer.account })).status).toBe(404)
}

interface Diskful {
  readonly server: ServerChild
  readonly household: Household
  readonly data: string
  readonly disk: SmallDisk
  readonly login: (name: string) => Login
  /** Yve writes to Yan. @returns the status */
  readonly upload: (id: string) => Promise<number>
}

/** A server whose data lie on a small disk. */
async function startOnSmallDisk(names: Readonly<Record<string, number>>, env = {}): Promise<Diskful> {
  const household = await makeHousehold(names)
  const disk = await makeSmallDisk(DISK_MEBIBYTES)
  const data = join(disk.folder, 'data')
  await cp(household.data, data, { recursive: true })
  const server = await startServer({ data, env })
  onTestFinished(async () => {
    await server.kill()
    await disk.remove()
    await household.remove()
  })
  const login = (name: string): Login => {
    const found = household.devices.flat().find(({ account }) => account === name)
    if (found === undefined) throw new Error(`There is no ${name}.`)
    return found
  }
  const upload = async (id: string) => {
    const message = { id, destname: 'yan', message_text: TEXT, timestamp: 1_795_000_000 }
    return (await post(server.address, 'upload_message', message, login('yve').session)).status
  }
  return { server, household, data, disk, login, upload }
}

const diskFullOf = ({ devices }: Load): number =>
  devices.reduce((sum, device) => sum + (device.refused.get('disk_full') ?? 0), 0)

/** There is no room from now on; resolves when everybody has heard so. */
async function fillUp(disk: SmallDisk, load: Load): Promise<void> {
  const before = diskFullOf(load)
  disk.fill()
  await soon('new content is refused', () => diskFullOf(load) > before, 30_000)
  await soon('all writers are refused', () => diskFullOf(load) > before + 6, 30_000)
}

const sixOf = (household: Household): Household => ({ ...household, devices: household.devices.slice(0, 6) })

/** The control: with nothing kept back, those who make room are refused like everybody else. @returns how many of them were */
async function refusedWithoutReserve(): Promise<{ readonly refused: number; readonly tried: number }> {
  const { server, household, disk, login, upload } = await startOnSmallDisk(PEOPLE, wrongBy('keeps-no-reserve.ts'))
  const { address } = server
  const recorder = new Recorder()
  for (let n = 0; n < PER_CYCLE; n++) expect(await upload(randomUUID())).toBe(200)
  const load = startLoad({ address, household: sixOf(household), recorder, rate: 100, device: { window: 1 } })
  await fillUp(disk, load)
  const page = await post(address, 'download_messages', { after: 0 }, login('yan').session)
  const statuses: number[] = []
  for (const { seq } of idsOf(page.text))
    statuses.push((await post(address, 'download_messages', { after: seq }, login('yan').session)).status)
  disk.free()
  await load.finish(1_000)
  await server.stop()
  return { refused: statuses.filter((status) => status === 507).length, tried: statuses.length }
}

async function fillAgainAndAgain() {
  const names = { ...PEOPLE, ...Object.fromEntries(goers.map((name) => [name, 1])), zoe: 1 }
  const { server, household, data, disk, login, upload } = await startOnSmallDisk(names)
  const { present, away } = withoutLast(household)
  const recorder = new Recorder()
  const { address } = server
  const load = startLoad({ address, household: sixOf(present), recorder, rate: 100, device: { window: 1 } })
  const zoe = writeToAbsent(load, { address, login: away, name: 'zoe 0', recorder }, 100)
  const said = progressOf('T12', CYCLES, 'fillings')
  let slowestMs = 0
  for (const [cycle, goer] of goers.entries()) {
    const ids = Array.from({ length: PER_CYCLE }, () => randomUUID())
    for (const id of ids) expect(await upload(id)).toBe(200)
    const late = randomUUID()
    await fillUp(disk, load)
    expect(await upload(late)).toBe(507)
    await emptyMailbox(address, login('yan'), ids)
    await leave(address, login(goer))
    await pause(300)
    const [before, began] = [recorder.accepted(), performance.now()]
    disk.free()
    await soon('something is accepted again', () => recorder.accepted() > before + 6, 30_000)
    slowestMs = Math.max(slowestMs, performance.now() - began)
    expect(await upload(late)).toBe(200)
    await emptyMailbox(address, login('yan'), [late])
    said(cycle + 1)
  }
  zoe.enough()
  await load.finish()
  await zoe.fetch()
  expect((await fetch(`${address}/readyz`)).status).toBe(200)
  expect(await server.stop()).toBe(0)
  return { recorder, violations: recorder.verdict(data), load, slowestMs: Math.round(slowestMs) }
}

test.skipIf(whyNot !== null)(
  'T12 a full disk refuses what is new, forgets what is done, and recovers by itself',
  async () => {
    const { recorder, violations, load, slowestMs } = await fillAgainAndAgain()
    const { refused, tried } = await refusedWithoutReserve()
    report({
      test: 'T12',
      title: 'full disk',
      counts: countsOf(recorder, violations, { faults: CYCLES }),
      control: {
        name: 'keeps no room back',
        failed: refused > 0,
        found: `${refused} of ${tried} acknowledgements refused`,
      },
      more: { refused: diskFullOf(load), slowestRecoveryMs: slowestMs },
    })
    expectNothingWrong(violations)
    const codes = new Map(load.devices.flatMap((device) => [...device.refused]))
    expect([...codes.keys()]).toEqual(['disk_full'])
    expect(slowestMs).toBeLessThan(BACK_WITHIN_MS)
    expect(refused).toBeGreaterThan(0)
  },
)
