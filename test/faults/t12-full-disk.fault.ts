import { randomUUID } from 'node:crypto'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { TEST_PASSWORD } from '@chatnip/server/testing'
import { expect, onTestFinished, test } from 'vitest'
import { withoutLast, writeToAbsent } from './kit/absent.ts'
import { post } from './kit/http.ts'
import { pause, soon, startLoad } from './kit/load.ts'
import { countsOf, expectNothingWrong, Recorder } from './kit/recorder.ts'
import { byTier, report } from './kit/report.ts'
import { makeHousehold, startServer } from './kit/server.ts'
import type { Login } from './kit/server.ts'
import { makeSmallDisk } from './kit/small-disk.ts'

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
const PEOPLE = { ann: 1, ben: 1, cat: 1, dan: 1, eve: 1, fay: 1, yan: 1, yve: 1 }
const disk = await makeSmallDisk(DISK_MEBIBYTES)
if (disk === null)
  report({ test: 'T12', title: 'full disk', leftOut: 'Needs to run as root on Linux, to mount a tmpfs.' })

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

test.skipIf(disk === null)(
  'T12 a full disk refuses what is new, forgets what is done, and recovers by itself',
  async () => {
    if (disk === null) return
    const household = await makeHousehold({ ...PEOPLE, ...Object.fromEntries(goers.map((name) => [name, 1])), zoe: 1 })
    const data = join(disk.folder, 'data')
    await cp(household.data, data, { recursive: true })
    const { present, away } = withoutLast(household)
    const login = (name: string): Login => {
      const found = household.devices.flat().find(({ account }) => account === name)
      if (found === undefined) throw new Error(`There is no ${name}.`)
      return found
    }
    const recorder = new Recorder()
    const server = await startServer({ data })
    onTestFinished(async () => {
      await server.kill()
      await disk.remove()
      await household.remove()
    })
    const { address } = server
    const six = { ...present, devices: present.devices.slice(0, 6) }
    const load = startLoad({ address, household: six, recorder, rate: 100, device: { window: 1 } })
    const zoe = writeToAbsent(load, { address, login: away, name: 'zoe 0', recorder }, 100)
    const upload = (id: string) =>
      post(
        address,
        'upload_message',
        { id, destname: 'yan', message_text: TEXT, timestamp: 1_795_000_000 },
        login('yve').session,
      )
    const diskFull = () => load.devices.reduce((sum, device) => sum + (device.refused.get('disk_full') ?? 0), 0)
    let slowestMs = 0
    for (const goer of goers) {
      const ids = Array.from({ length: PER_CYCLE }, () => randomUUID())
      for (const id of ids) expect((await upload(id)).status).toBe(200)
      const [refusedBefore, late] = [diskFull(), randomUUID()]
      disk.fill()
      await soon('new content is refused', () => diskFull() > refusedBefore)
      await soon('all writers are refused', () => diskFull() > refusedBefore + 6)
      expect((await upload(late)).status).toBe(507)
      await emptyMailbox(address, login('yan'), ids)
      await leave(address, login(goer))
      await pause(300)
      const [before, began] = [recorder.accepted(), performance.now()]
      disk.free()
      await soon('something is accepted again', () => recorder.accepted() > before + 6, 30_000)
      slowestMs = Math.max(slowestMs, performance.now() - began)
      expect((await upload(late)).status).toBe(200)
      await emptyMailbox(address, login('yan'), [late])
    }
    await zoe.enough()
    await load.finish()
    await zoe.fetch()
    expect((await fetch(`${address}/healthz`)).status).toBe(200)
    expect(await server.stop()).toBe(0)
    const violations = recorder.verdict(data)
    const codes = new Map(load.devices.flatMap((device) => [...device.refused]))
    report({
      test: 'T12',
      title: 'full disk',
      counts: countsOf(recorder, violations, { faults: CYCLES }),
      more: { refused: diskFull(), slowestRecoveryMs: Math.round(slowestMs) },
    })
    expectNothingWrong(violations)
    expect([...codes.keys()]).toEqual(['disk_full'])
    expect(slowestMs).toBeLessThan(BACK_WITHIN_MS)
  },
)
