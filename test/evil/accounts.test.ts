import { wrapIdentity } from '@chatnip/crypto'
import { changePassword, KeysUnreadable, newKeys, newRecoveryCode, recover } from '@chatnip/sdk/accounts'
import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { recover as recoverWords } from '../../web/src/texts/en-recover.ts'
import { en } from '../../web/src/texts/en.ts'
import { PASSWORD, until } from '../scenarios/people.ts'
import type { Answered, EvilServer } from './kit/evil-server.ts'
import { QuickSeat, secretsOf } from './kit/people.ts'
import { forge } from './kit/pen.ts'
import { isFields } from './kit/plumbing.ts'
import type { Fields } from './kit/plumbing.ts'
import { control, mallory, sees, Stage, write } from './kit/stage.ts'
import { status } from './kit/words.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const play = (act: (stage: Stage) => Promise<void>) => () => Stage.play(server, act)

/** Changes what one call answers; @returns the names of all calls from here on. */
function lie(evil: EvilServer, about: string, change: (reply: Fields) => Fields | Promise<Fields>): readonly string[] {
  const calls: string[] = []
  evil.onCall = async (asked): Promise<Answered> => {
    calls.push(asked.name)
    const answer = await asked.pass()
    if (asked.name !== about || answer.status !== 200) return answer
    return { status: 200, body: await change(isFields(answer.body) ? answer.body : {}) }
  }
  return calls
}

describe('at log-in', () => {
  /** The keys that a server would like Alice to take for hers, wrapped as well as it can. */
  const foreign = async (username: string): Promise<string> => {
    const { wrapKey } = await secretsOf(username)
    return wrapIdentity(await mallory(), wrapKey)
  }

  test.each([
    ['keys of the server', 'cannot be opened', async () => ({ by_password: await foreign('mallory') })],
    [
      'keys of the server, and its public key',
      'cannot be opened',
      async () => ({ by_password: await foreign('mallory'), public_key: (await mallory()).publicKey }),
    ],
    ['rubbish', 'cannot be opened', () => Promise.resolve({ by_password: 'a.b.c.d.e' })],
    ['none', 'none stored', () => Promise.resolve({ by_password: undefined })],
    ['another public key', 'do not match', async () => ({ public_key: (await mallory()).publicKey })],
  ] as const)('%s in the place of one\'s own: "%s", and nothing is taken over', (_what, reason, change) =>
    Stage.play(server, async (stage) => {
      const { username } = await stage.account('alice')
      lie(stage.evil, 'fetch_wrapped_keys', async (reply) => ({ ...reply, ...(await change()) }))
      const seat = new QuickSeat(stage.evil.address, username)
      expect(await seat.logIn()).toMatchObject({ outcome: 'keys missing', reason })
      expect(en.logIn.keysMissing).toMatch(/keys of this account are not stored here, or not in a form/)
      expect(await seat.keys.load()).toBeNull()
      stage.evil.repent()
      expect(await seat.logIn()).toMatchObject({ outcome: 'signed in' })
    }),
  )

  test(
    'the copy of another account with the same password: opens nothing',
    play(async (stage) => {
      const [alice, bob] = [await stage.account('alice'), await stage.account('bob')]
      const { wrapKey } = await secretsOf(bob.username)
      const by_password = await wrapIdentity(bob.identity, wrapKey)
      lie(stage.evil, 'fetch_wrapped_keys', () => ({ by_password, public_key: bob.identity.publicKey }))
      const seat = new QuickSeat(stage.evil.address, alice.username)
      expect(await seat.logIn()).toMatchObject({ outcome: 'keys missing', reason: 'cannot be opened' })
    }),
  )

  test(
    'keys that the account had before: the device with the new ones is signed out, and contacts are told',
    play(async (stage) => {
      const [alice, bob] = [await stage.enter('alice'), await stage.enter('bob')]
      await control(bob, alice)
      let before: Fields = {}
      lie(stage.evil, 'fetch_wrapped_keys', (reply) => (before = reply))
      await stage.enter('bob')
      stage.evil.repent()
      await bob.seat.stop()
      await newKeys(bob.seat.ports, { username: bob.username, password: PASSWORD })
      const renewed = { ...bob, messenger: await bob.seat.start() }
      await write(renewed, alice, 'with new keys')
      const seen = ['verified: an honest word', 'notice: key changed', 'new key: with new keys']
      await sees(alice, bob, ...seen)
      stage.evil.onCall = async (asked) => {
        if (asked.name === 'fetch_wrapped_keys') return { status: 200, body: before }
        if (asked.name !== 'get_public_key' || asked.body['username'] !== bob.username) return asked.pass()
        return { status: 200, body: { username: bob.username, public_key: bob.identity.publicKey } }
      }
      const old = await stage.enter('bob')
      expect(old.messenger.profile.fingerprint).toBe(bob.messenger.profile.fingerprint)
      await write(old, alice, 'with old keys')
      await sees(alice, bob, ...seen, 'notice: key changed', 'new key: with old keys')
      stage.evil.cut(bob.username)
      await until(renewed.messenger, 'the lie', () => {
        if (renewed.messenger.connection() === 'offline') renewed.messenger.nudge()
        return renewed.messenger.connection() === 'signed out'
      })
      expect(status(renewed.messenger.connection())).toMatch(/^You were signed out/)
    }),
  )
})

test('a message held back until its sender has new keys: shown, and said to be of an earlier key', () =>
  Stage.play(server, async (stage) => {
    const [alice, bob] = [await stage.enter('alice'), await stage.enter('bob')]
    await control(bob, alice)
    const kept: Fields[] = []
    stage.evil.toClient = (sent, who) => {
      if (sent['type'] !== 'message' || who?.username !== alice.username) return [sent]
      kept.push(sent)
      return []
    }
    await write(bob, alice, 'held back')
    await expect.poll(() => kept.length).toBe(1)
    stage.evil.repent()
    // What Alice asks for again never arrives, or she would have it again under the new keys.
    stage.evil.toServer = (sent, who) => (who?.username === alice.username && sent['type'] === 'send' ? [] : [sent])
    await bob.seat.stop()
    await newKeys(bob.seat.ports, { username: bob.username, password: PASSWORD })
    await write({ ...bob, messenger: await bob.seat.start() }, alice, 'with new keys')
    const before = ['verified: an honest word', 'notice: key changed']
    await sees(alice, bob, ...before, 'notice: 1 missing, asking', 'new key: with new keys')
    stage.evil.say(alice.username, { ...kept[0], seq: 5_000 })
    const seen = [...before, 'earlier key: held back', 'new key: with new keys']
    await sees(alice, bob, ...seen)
    const line = (await alice.messenger.messages(bob.username))[2]
    expect(line).toMatchObject({ details: { fingerprint: bob.messenger.profile.fingerprint, compared: false } })
    stage.evil.say(alice.username, await forge(bob, alice, 'from the server', await mallory()))
    await sees(alice, bob, ...seen, 'forged, signature wrong')
  }))

describe('with what one has for emergencies', () => {
  test.each([
    [
      'keys of the server',
      async () => ({ by_recovery: await wrapIdentity(await mallory(), (await secretsOf('x')).wrapKey) }),
    ],
    ['rubbish', () => Promise.resolve({ by_recovery: '{}' })],
    ['another public key', async () => ({ public_key: (await mallory()).publicKey })],
  ])('%s behind the recovery code: said, and nothing is changed', (_what, change) =>
    Stage.play(server, async (stage) => {
      const { username, recoveryCode } = await stage.account('alice')
      const calls = lie(stage.evil, 'fetch_recovery', async (reply) => ({ ...reply, ...(await change()) }))
      const seat = new QuickSeat(stage.evil.address, username)
      const input = { username, recoveryCode, newPassword: 'another horse, another staple' }
      expect(await recover(seat.ports, input)).toEqual({ outcome: 'keys missing' })
      expect(recoverWords.keysLost).toContain('cannot be opened')
      expect(calls).toEqual(['fetch_recovery'])
      stage.evil.repent()
      expect(await recover(seat.ports, input)).toEqual({ outcome: 'recovered' })
    }),
  )

  test(
    'other keys when the password or the recovery code is to be changed: they are not wrapped anew',
    play(async (stage) => {
      const { seat, username } = await stage.enter('alice')
      const { publicKey } = await mallory()
      const calls = lie(stage.evil, 'fetch_wrapped_keys', (reply) => ({ ...reply, public_key: publicKey }))
      const owner = { username, password: PASSWORD }
      const change = changePassword(seat.ports, { ...owner, newPassword: 'another horse, another staple' })
      await expect(change).rejects.toBeInstanceOf(KeysUnreadable)
      await expect(newRecoveryCode(seat.ports, owner)).rejects.toBeInstanceOf(KeysUnreadable)
      expect(en.errors.keys_unreadable).toContain('cannot be opened')
      expect(calls).toContain('fetch_wrapped_keys')
      for (const name of ['reset_password', 'store_wrapped_keys']) expect(calls).not.toContain(name)
    }),
  )
})

test('lies about the server itself reach nobody: the engine and the account flows never ask', () =>
  Stage.play(server, async (stage) => {
    const calls = lie(stage.evil, 'get_server_info', () => ({ signup: 'evil' }))
    const [alice, bob] = [await stage.enter('alice'), await stage.enter('bob')]
    await control(alice, bob)
    expect(calls).toContain('authenticate')
    expect(calls).not.toContain('get_server_info')
  }))

test('a device that was removed and yet kept on the line is still in the list, and new keys shut it out', () =>
  Stage.play(server, async (stage) => {
    const [laptop, stolen, bob] = [await stage.enter('alice'), await stage.enter('alice'), await stage.enter('bob')]
    await control(bob, stolen)
    const device_id = stolen.messenger.profile.deviceId
    stage.evil.onCall = (asked) =>
      asked.name === 'revoke_device' ? Promise.resolve({ status: 200, body: 'OK' }) : asked.pass()
    stage.evil.holdsOn = true
    await laptop.seat.transport.call('revoke_device', { device_id })
    const { devices } = await laptop.seat.transport.call('list_devices', {})
    expect(devices.map((device) => device.device_id)).toContain(device_id)
    await laptop.seat.stop()
    await newKeys(laptop.seat.ports, { username: laptop.username, password: PASSWORD })
    const renewed = { ...laptop, messenger: await laptop.seat.start() }
    // To the thief's device the server goes on saying that nothing has changed, and gives it all that comes.
    stage.evil.onCall = (asked) =>
      asked.name === 'get_public_key' && asked.who?.deviceId === device_id && asked.body['username'] === laptop.username
        ? Promise.resolve({ status: 200, body: { username: laptop.username, public_key: laptop.identity.publicKey } })
        : asked.pass()
    await stage.reconnect(bob)
    await write(bob, renewed, 'after the theft')
    await sees(renewed, bob, 'verified: an honest word', 'verified: after the theft')
    const secret = stage.evil.recorded.at(-1) ?? {}
    stage.evil.say(stolen.username, { ...secret, seq: 5_000 })
    await sees(stolen, bob, 'verified: an honest word', 'forged, not readable')
    await sees(bob, laptop, 'own, accepted: an honest word', 'notice: key changed', 'own, accepted: after the theft')
  }))
