import { seal } from '@chatnip/crypto'
import type { Body, Identity } from '@chatnip/crypto'
import type { MessageView } from '@chatnip/sdk'
import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nothingWaits, talk } from '../scenarios/people.ts'
import { frame, letter, swapKey } from './kit/pen.ts'
import type { Fields } from './kit/plumbing.ts'
import { control, mallory, sees, Stage, write } from './kit/stage.ts'
import type { Actor } from './kit/stage.ts'

/** What is done to messages, against a server that would like to do it itself. */

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

interface Scene {
  readonly stage: Stage
  readonly alice: Actor
  readonly bob: Actor
  /** Of Alice's message to Bob. */
  readonly id: string
}

const play = (act: (scene: Scene) => Promise<void>) => (): Promise<void> =>
  Stage.play(server, async (stage) => {
    const [alice, bob] = [await stage.enter('alice'), await stage.enter('bob')]
    const id = await write(alice, bob, 'her word')
    await sees(bob, alice, 'verified: her word')
    await act({ stage, alice, bob, id })
  })

async function said(from: Actor, to: Actor, signer: Identity, body: Body): Promise<Fields> {
  const written = { ...letter(from, to, ''), body }
  return frame(from.username, await seal(written, signer, to.identity.publicKey), { id: written.id })
}

/** As soon as the machine gets to it. */
const SOON = { timeout: 40_000 }

const messageOf = async (who: Actor, other: Actor, id: string): Promise<MessageView | undefined> =>
  (await talk(who.messenger, other.username)).find((message) => message.id === id)

test(
  'a swallowed edit is missed as a message is, and mended',
  play(async ({ stage, alice, bob, id }) => {
    let swallowed = 0
    stage.evil.toClient = (sent, who) => {
      const isEdit = sent['type'] === 'message' && who?.username === bob.username && swallowed === 0
      swallowed += isEdit ? 1 : 0
      return isEdit ? [] : [sent]
    }
    await alice.messenger.edit(bob.username, id, 'another word')
    await nothingWaits(alice.messenger)
    await expect.poll(() => swallowed, SOON).toBe(1)
    await write(alice, bob, 'and on')
    await sees(bob, alice, 'verified: her word', 'notice: 1 missing, asking', 'verified: and on')
    await sees(bob, alice, 'verified: another word', 'verified: and on')
    expect(await messageOf(bob, alice, id)).toMatchObject({ text: 'another word', edited: expect.any(Number) })
  }),
)

test(
  'nobody edits or deletes what somebody else wrote; who wrote it does',
  play(async ({ stage, alice, bob, id }) => {
    const his = [
      { type: 'edit', id, text: 'I owe Bob money' },
      { type: 'delete', id },
    ] as const
    stage.evil.say(alice.username, ...(await Promise.all(his.map((body) => said(bob, alice, bob.identity, body)))))
    await control(bob, alice, 'own, accepted: her word')
    stage.evil.say(bob.username, await said(alice, bob, alice.identity, { type: 'edit', id, text: 'hers indeed' }))
    await expect.poll(async () => (await messageOf(bob, alice, id))?.text, SOON).toBe('hers indeed')
  }),
)

test(
  'a server that presents a key of its own for somebody rewrites nothing that they wrote before',
  play(async ({ stage, alice, bob, id }) => {
    const thief = await mallory()
    stage.evil.onCall = swapKey(alice, thief.publicKey, (who) => who?.username === bob.username)
    await stage.reconnect(bob)
    const theirs = [
      { type: 'edit', id, text: 'a planted word' },
      { type: 'delete', id },
    ] as const
    // The first makes the new key known, the second speaks with it.
    for (const body of theirs) stage.evil.say(bob.username, await said(alice, bob, thief, body))
    stage.evil.say(bob.username, await said(alice, bob, thief, { type: 'text', text: 'as myself' }))
    await expect
      .poll(async () => (await talk(bob.messenger, alice.username)).map(({ text }) => text), SOON)
      .toEqual(['her word', 'as myself'])
    expect(await messageOf(bob, alice, id)).toMatchObject({ mark: 'verified', edited: null, deleted: false })
  }),
)

test(
  'a reaction that the addressee did not sign is none; one that they signed is',
  play(async ({ stage, alice, bob, id }) => {
    const reaction = { type: 'reaction', sender: alice.username, id, emoji: '👎' } as const
    stage.evil.say(alice.username, await said(bob, alice, await mallory(), reaction))
    await control(bob, alice, 'own, accepted: her word', 'forged, signature wrong')
    expect((await messageOf(alice, bob, id))?.reactions).toEqual([])
    stage.evil.say(alice.username, await said(bob, alice, bob.identity, { ...reaction, emoji: '👍' }))
    await expect
      .poll(async () => (await messageOf(alice, bob, id))?.reactions, SOON)
      .toEqual([{ by: bob.username, emoji: '👍' }])
  }),
)
