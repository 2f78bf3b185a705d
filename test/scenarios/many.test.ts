import type { Messenger, NoticeView } from '@chatnip/sdk'
import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GroupSeat } from './group-seat.ts'
import { nothingWaits, shows, texts, until } from './people.ts'

/** Groups of many people, with the real library on a real server. */

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const groupOf = (messenger: Messenger, conversation: string) =>
  messenger.conversations().find(({ name }) => name === conversation)?.group ?? null

const membersOf = (messenger: Messenger, conversation: string): string =>
  (groupOf(messenger, conversation)?.members ?? []).map(({ name, role }) => `${name} ${role}`).join(', ')

const hasMembers = (messenger: Messenger, conversation: string, wanted: string): Promise<void> =>
  until(messenger, `having ${wanted}`, () => membersOf(messenger, conversation) === wanted)

const newsOf = async (messenger: Messenger, conversation: string): Promise<readonly string[]> =>
  (await messenger.messages(conversation)).flatMap((line) =>
    !('id' in line) && line.kind === 'group' ? [wordsOf(line)] : [],
  )

function wordsOf({ by, news }: Extract<NoticeView, { readonly kind: 'group' }>): string {
  const what = 'who' in news ? news.who.join(' and ') : 'title' in news ? news.title : ''
  return `${by} ${news.type} ${what}`.trim()
}

test('four people on seven devices: in, out, named anew, through restarts', { timeout: 300_000 }, async () => {
  const seat = async (name: string, isNew = true): Promise<GroupSeat> => {
    const one = new GroupSeat(server.address, name)
    await (isNew ? one.signUp() : one.logIn())
    return one
  }
  const [alice, bob, carol, dave] = [await seat('alice'), await seat('bob'), await seat('carol'), await seat('dave')]
  const [alices, bobs, carols, daves] = await Promise.all([alice, bob, carol, dave].map((one) => one.begin()))
  if (!alices || !bobs || !carols || !daves) throw new RangeError()
  const { conversation, left } = await alices.makeGroup('Cats', ['bob', 'Carol'])
  expect(left).toEqual([])
  await alices.send(conversation, 'welcome')
  for (const one of [bobs, carols]) await shows(one, conversation, 'welcome')
  await bobs.send(conversation, 'thanks')
  await shows(carols, conversation, 'thanks')
  await shows(alices, conversation, 'thanks')

  // Somebody more, who reads nothing of before.
  await alices.addToGroup(conversation, ['dave'])
  await hasMembers(daves, conversation, 'alice owner, bob member, carol member, dave member')
  await daves.send(conversation, 'here I am')
  for (const one of [alices, bobs, carols]) await shows(one, conversation, 'here I am')
  expect(await texts(daves, conversation)).toEqual(['here I am'])

  // Three more devices, which nobody brings in.
  const more = [await seat('alice', false), await seat('bob', false), await seat('carol', false)]
  const [alices2, bobs2, carols2] = await Promise.all(more.map((one) => one.begin()))
  if (!alices2 || !bobs2 || !carols2) throw new RangeError()
  for (const one of [alices2, bobs2, carols2])
    await hasMembers(one, conversation, 'alice owner, bob member, carol member, dave member')
  await bobs2.send(conversation, 'from a new device')
  for (const one of [alices, alices2, bobs, carols, carols2, daves]) await shows(one, conversation, 'from a new device')

  // A name, by its owner alone.
  await expect(bobs.renameGroup(conversation, 'Dogs')).rejects.toMatchObject({ code: 'not_allowed' })
  await alices2.renameGroup(conversation, 'Cats and more')
  for (const one of [alices, bobs, bobs2, carols, carols2, daves])
    await until(one, 'the name', () => groupOf(one, conversation)?.title === 'Cats and more')

  // Everybody starts anew, and one is removed while another is away.
  await carol.stop()
  await alices.removeFromGroup(conversation, 'bob')
  await until(bobs, 'being out', () => groupOf(bobs, conversation)?.role === null)
  await until(bobs2, 'being out', () => groupOf(bobs2, conversation)?.role === null)
  await alices.send(conversation, 'without Bob')
  await shows(daves, conversation, 'without Bob')
  await expect(bobs.send(conversation, 'still here?')).rejects.toMatchObject({ code: 'not_allowed' })
  const again = await carol.begin()
  await shows(again, conversation, 'without Bob')
  await again.leaveGroup(conversation)
  await hasMembers(alices, conversation, 'alice owner, dave member')
  await until(carols2, 'being out', () => groupOf(carols2, conversation)?.role === null)
  await daves.send(conversation, 'only two')
  await shows(alices, conversation, 'only two')
  await shows(alices2, conversation, 'only two')
  await nothingWaits(daves)
  for (const one of [bobs, bobs2, again, carols2]) expect(await texts(one, conversation)).not.toContain('only two')
  expect(await newsOf(alices, conversation)).toEqual([
    'alice made Cats',
    'alice added dave',
    'alice renamed Cats and more',
    'alice removed bob',
    'carol left carol',
  ])
  expect(await newsOf(again, conversation)).toEqual(await newsOf(alices, conversation))
  for (const one of [alice, bob, carol, dave, ...more]) await one.stop()
})
