import type { Messenger, SearchOptions } from '@chatnip/sdk'
import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nothingWaits, Seat, shows } from './people.ts'

let server: TestServer
let [kim, lou]: readonly [Seat, Seat] = [new Seat('', 'kim'), new Seat('', 'lou')]
let [one, other]: [Messenger | null, Messenger | null] = [null, null]

/** Both are there from `beforeAll` on. */
const there = (messenger: Messenger | null): Messenger => {
  if (messenger === null) throw new Error('Nobody is there yet.')
  return messenger
}

beforeAll(async () => {
  server = await startTestServer()
  ;[kim, lou] = [new Seat(server.address, 'kim'), new Seat(server.address, 'lou')]
  await Promise.all([kim.signUp(), lou.signUp()])
  ;[one, other] = [await kim.start(), await lou.start()]
})

afterAll(async () => {
  await Promise.all([kim.stop(), lou.stop()])
  await server.stop()
})

/** When the whole history is searched. */
async function found(messenger: Messenger, query: string, options: SearchOptions = {}): Promise<readonly string[]> {
  const { hits, isComplete } = await messenger.search(query, options)
  if (isComplete) return hits.map(({ text }) => text)
  await new Promise<void>((resolve) => {
    const forget = messenger.onChange(({ kind }) => {
      if (kind !== 'searchable') return
      forget()
      resolve()
    })
  })
  return found(messenger, query, options)
}

test('finds what was there before the first search and what comes after it, the latest first', async () => {
  for (const [name, text] of [
    ['lou', 'Una città'],
    ['lou', 'nothing of the kind'],
    ['kim', 'a note about the citta'],
  ] as const) {
    await there(one).send(name, text)
    await nothingWaits(there(one))
  }
  await shows(there(other), 'kim', 'nothing of the kind')
  expect(await found(there(other), 'CITTA')).toEqual(['Una città'])
  await there(one).send('lou', 'Due città')
  await shows(there(other), 'kim', 'Due città')
  expect(await found(there(other), 'citta')).toEqual(['Due città', 'Una città'])
  await nothingWaits(there(one))
  expect(await found(there(one), 'citta')).toEqual(['Due città', 'a note about the citta', 'Una città'])
  expect(await found(there(one), 'citta', { conversation: 'lou' })).toEqual(['Due città', 'Una città'])
  expect(await found(there(one), 'citta', { conversation: 'nobody' })).toEqual([])
})

test('goes on behind the last hit', async () => {
  const first = await there(other).search('citta', { limit: 1 })
  expect(first.more).toBe(true)
  const before = first.hits[0]?.place ?? { seq: 0, sub: 0 }
  const second = await there(other).search('citta', { limit: 1, before })
  expect([...first.hits, ...second.hits].map(({ text }) => text)).toEqual(['Due città', 'Una città'])
  expect(second.more).toBe(false)
})

test('follows an edit, and forgets what is deleted', async () => {
  const [hit] = (await there(one).search('Due')).hits
  await there(one).edit('lou', hit?.id ?? '', 'Due paesi')
  expect(await found(there(one), 'Due città')).toEqual([])
  await shows(there(other), 'kim', 'Due paesi')
  expect(await found(there(other), 'due paesi')).toEqual(['Due paesi'])
  expect(await found(there(other), 'due citta')).toEqual([])
  await there(other).remove('kim', { sender: 'kim', id: hit?.id ?? '' }, 'here')
  expect(await found(there(other), 'paesi')).toEqual([])
  await there(one).deleteHistory()
  expect(await found(there(one), 'citta')).toEqual([])
})
