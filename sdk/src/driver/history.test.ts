import { makeBox } from '@chatnip/crypto'
import { beforeAll, expect, test } from 'vitest'
import { Desk } from '../engine/testing/desk.ts'
import type { Line, Peer } from '../engine/rows.ts'
import { MemoryRows } from '../memory.ts'
import type { Range, Row } from '../ports.ts'
import { pageOf } from './history.ts'
import { Vault } from './vault.ts'

const NUMBER = 5

const message = (id: string): Line => ({
  kind: 'message',
  id,
  sender: 'bob',
  own: false,
  text: id,
  at: 0,
  state: null,
  mark: 'verified',
  reason: null,
  fingerprint: null,
  knownSince: null,
})

/** Of a newer version: nothing that this one can show. */
const unknown = (id: string): Line => ({ kind: 'unknown', id, sender: 'bob', at: 0, body: {} })

class CountedRows extends MemoryRows {
  scans = 0

  override scan(table: string, range: Range): Promise<readonly Row[]> {
    this.scans += 1
    return super.scan(table, range)
  }
}

const rows = new CountedRows()
const desk = new Desk()
desk.online()
desk.compose('waits', 'bob')
const peer: Peer = {
  number: NUMBER,
  name: 'bob',
  pinned: null,
  compared: false,
  candidate: null,
  keyChanged: false,
  unread: 0,
  activeAt: 1,
  last: null,
}
let vault: Vault

beforeAll(async () => {
  const index = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  vault = new Vault(rows, { box: await makeBox(), index })
  const lines = ['one', 'two', 'x', 'y', 'three', 'four', 'z', 'five'].map((id) =>
    id.length === 1 ? unknown(id) : message(id),
  )
  await vault.commit(lines.map((value, at) => ({ table: 'messages', key: [NUMBER, at + 1, 0], value })))
  await vault.commit([{ table: 'messages', key: [NUMBER + 1, 1, 0], value: message('of somebody else') }])
})

const page = async (part: Parameters<typeof pageOf>[2]): Promise<readonly string[]> =>
  (await pageOf(vault, { state: desk.state, peer }, part)).flatMap((line) => ('id' in line ? [line.id] : []))

test('the latest come with what waits', async () => {
  expect(await page({ limit: 2 })).toEqual(['four', 'five', 'waits'])
})

test('a page is full although some rows cannot be shown, in both directions', async () => {
  expect(await page({ before: { seq: 5, sub: 0 }, limit: 2 })).toEqual(['one', 'two'])
  expect(await page({ from: { seq: 2, sub: 0 }, limit: 3 })).toEqual(['two', 'three', 'four'])
})

test('read on from a place, what waits comes when the end is reached and not before', async () => {
  expect(await page({ from: { seq: 0, sub: 0 }, limit: 5 })).toEqual(['one', 'two', 'three', 'four', 'five'])
  expect(await page({ from: { seq: 0, sub: 0 }, limit: 6 })).toEqual(['one', 'two', 'three', 'four', 'five', 'waits'])
  expect(await page({ from: { seq: 9, sub: 0 }, limit: 2 })).toEqual(['waits'])
})

test('a thousand rows that cannot be shown are passed in a few steps, not one by one', async () => {
  const other = NUMBER + 2
  const lines = [message('old'), ...Array.from({ length: 1_000 }, () => unknown('x')), message('new')]
  await vault.commit(lines.map((value, at) => ({ table: 'messages', key: [other, at + 1, 0], value })))
  const before = rows.scans
  const about = { state: desk.state, peer: { ...peer, number: other } }
  const views = await pageOf(vault, about, { before: { seq: 9_999, sub: 0 }, limit: 2 })
  expect(views.flatMap((line) => ('id' in line ? [line.id] : []))).toEqual(['old', 'new'])
  const forward = await pageOf(vault, about, { from: { seq: 0, sub: 0 }, limit: 2 })
  expect(forward.flatMap((line) => ('id' in line ? [line.id] : []))).toEqual(['old', 'new'])
  expect(rows.scans - before).toBeLessThan(50)
})
