import { makeDevice, makeKeyPackage, welcomedKeyPackages } from '@chatnip/crypto/conversation'
import { toBase64url } from '@chatnip/crypto'
import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { systemClock } from '@chatnip/sdk/node'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { readGroupText } from '../../sdk/src/engine/group-text.ts'
import { talk } from '../scenarios/people.ts'
import type { Asked, Answered } from './kit/evil-server.ts'
import type { Fields } from './kit/plumbing.ts'
import { mallory, sees, Stage, write } from './kit/stage.ts'
import type { Actor } from './kit/stage.ts'

/** Conversations with forward secrecy, and a server that would rather they had none. */

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

/** What takes a minute takes three seconds. */
const hurried = { ...systemClock, timer: (ms: number, run: () => void) => systemClock.timer(ms / 20, run) }

/** Alice and Bob, whose devices have left on the server what others begin conversations with. */
const play =
  (act: (stage: Stage, alice: Actor, bob: Actor) => Promise<void>): (() => Promise<void>) =>
  () =>
    Stage.play(server, async (stage) => {
      let stocked = 0
      stage.evil.onCall = async (asked) => {
        const answer = await asked.pass()
        if (asked.name === 'upload_key_packages') stocked += 1
        return answer
      }
      const alice = await stage.enter('alice', hurried, true)
      const bob = await stage.enter('bob', hurried, true)
      await vi.waitFor(() => expect(stocked).toBe(2), { timeout: 20_000 })
      stage.evil.repent()
      await act(stage, alice, bob)
    })

const textOf = ({ message_text: text }: Fields) => readGroupText(String(text))

const isHandshake = (frame: Fields): boolean => frame['type'] === 'message' && textOf(frame)?.kind === 'handshake'

const secrets = async (who: Actor, other: Actor) =>
  (await talk(who.messenger, other.username)).map(({ hasForwardSecrecy }) => hasForwardSecrecy)

test(
  'a welcome again, under another id and from somebody else too: nothing comes of it',
  play(async (stage, alice, bob) => {
    await write(alice, bob, 'one')
    await sees(bob, alice, 'verified: one')
    await write(bob, alice, 'two')
    await sees(alice, bob, 'own, accepted: one', 'verified: two')
    const welcome = stage.evil.recorded.find(isHandshake)
    if (welcome === undefined) throw new Error('There was no welcome.')
    const again = { ...welcome, id: crypto.randomUUID(), seq: 1_000 }
    stage.evil.say(bob.username, again, { ...again, id: crypto.randomUUID(), seq: 1_001, sendername: 'mallory' })
    await write(alice, bob, 'three')
    await sees(bob, alice, 'verified: one', 'own, accepted: two', 'verified: three')
    expect(await secrets(bob, alice)).toEqual([true, true, true])
    expect(bob.messenger.conversations().map(({ name }) => name)).toEqual([alice.username])
  }),
)

test(
  'a commit held back: what was to be said waits, and goes in a group begun afresh, not with less',
  play(async (stage, alice, bob) => {
    let held = 0
    stage.evil.toClient = (frame, who) => {
      if (who?.username !== alice.username || !isHandshake(frame)) return [frame]
      held += 1
      return []
    }
    await write(alice, bob, 'one')
    await sees(bob, alice, 'verified: one')
    // Bob renews his keys when he has come in.
    await vi.waitFor(() => expect(held).toBe(1), { timeout: 20_000 })
    await write(alice, bob, 'two')
    await sees(bob, alice, 'verified: one', 'verified: two')
    expect(await secrets(bob, alice)).toEqual([true, true])
    const groups = stage.evil.recorded.flatMap((frame) => textOf(frame)?.group ?? [])
    expect(new Set(groups).size).toBe(2)
  }),
)

/** With the welcome that begins the conversation: for how many devices it is. */
async function welcomed(stage: Stage): Promise<number> {
  const texts = stage.evil.recorded.map(textOf)
  const [welcome = ''] = texts.flatMap((text) =>
    text?.kind === 'handshake' && text.welcome !== '' ? text.welcome : [],
  )
  return (await welcomedKeyPackages(new Uint8Array(Buffer.from(welcome, 'base64url')))).length
}

const withDevice =
  (who: string, keyPackage: string) =>
  async (asked: Asked): Promise<Answered> => {
    const answer = await asked.pass()
    if (asked.name !== 'claim_key_packages' || asked.body['destname'] !== who) return answer
    const { key_packages: all } = answer.body as { readonly key_packages: readonly unknown[] }
    const more = { device_id: 'planted', key_package: keyPackage, is_last_resort: false }
    return { ...answer, body: { key_packages: [...all, more] } }
  }

test.for([
  ['that the account did not sign for is left out', 'mallory', 1],
  ['that it did sign for comes in: a control', 'bob', 2],
] as const)('a device %s', ([, signer, devices]) =>
  play(async (stage, alice, bob) => {
    const { signing } = signer === 'bob' ? bob.identity : await mallory()
    const device = await makeDevice({ account: bob.username, device: 'planted' }, signing)
    const { keyPackage } = await makeKeyPackage(device, { now: Math.floor(Date.now() / 1000), days: 90 })
    stage.evil.onCall = withDevice(bob.username, toBase64url(keyPackage))
    await write(alice, bob, 'one')
    await sees(bob, alice, 'verified: one')
    expect(await welcomed(stage)).toBe(devices)
  })(),
)
