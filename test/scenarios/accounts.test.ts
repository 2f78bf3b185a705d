import { ChatnipError } from '@chatnip/protocol'
import {
  changePassword,
  deleteAccount,
  logOut,
  newKeys,
  newRecoveryCode,
  profileName,
  recover,
  recoverFresh,
} from '@chatnip/sdk/accounts'
import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nothingWaits, online, PASSWORD, Seat, shows, talk, until } from './people.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const refusal = (code: string) => expect.objectContaining({ code })
const NEW_PASSWORD = 'another horse, another staple'

async function newcomer(username: string): Promise<{ seat: Seat; recoveryCode: string }> {
  const seat = new Seat(server.address, username)
  const { recoveryCode, result } = await seat.signUp()
  expect(result.outcome).toBe('signed in')
  return { seat, recoveryCode }
}

test('a wrong password, an unknown name and a taken name are refused', async () => {
  const { seat } = await newcomer('alice')
  await expect(seat.logIn('not the right password')).rejects.toEqual(refusal('wrong_login'))
  await expect(new Seat(server.address, 'nobody').logIn()).rejects.toEqual(refusal('wrong_login'))
  await expect(new Seat(server.address, 'ALICE').signUp()).rejects.toEqual(refusal('name_taken'))
})

test('an ended session keeps the outbox, and signing in again goes on as the same device', async () => {
  const { seat } = await newcomer('bob')
  const first = await seat.start()
  await online(first)
  await logOut(seat.ports, { username: 'bob', forget: false })
  await until(first, 'being signed out', () => first.connection() === 'signed out')
  await first.send('bob', 'kept')
  expect(first.waiting()).toBe(1)
  await seat.stop()
  await seat.logIn()
  const again = await seat.start()
  expect(again.profile.deviceId).toBe(first.profile.deviceId)
  await nothingWaits(again)
  await shows(again, 'bob', 'kept')
  await seat.stop()
})

test('a device that was removed elsewhere comes back as a new one, behind its old history', async () => {
  const { seat } = await newcomer('carol')
  const friend = (await newcomer('dora')).seat
  const [before, dora] = [await seat.start(), await friend.start()]
  await dora.send('carol', 'one')
  await dora.send('carol', 'two')
  await shows(before, 'dora', 'two')
  await seat.stop()
  const other = new Seat(server.address, 'carol')
  await other.logIn()
  await other.transport.call('revoke_device', { device_id: before.profile.deviceId })
  await seat.logIn()
  const after = await seat.start()
  expect(after.profile.deviceId).not.toBe(before.profile.deviceId)
  await dora.send('carol', 'three')
  await shows(after, 'dora', 'three')
  expect((await after.messages('dora')).map((line) => ('id' in line ? line.text : ''))).toEqual(['one', 'two', 'three'])
  await seat.stop()
  await friend.stop()
})

test('the recovery code brings everything back; a wrong one nothing', async () => {
  const { seat, recoveryCode } = await newcomer('erin')
  const wrong = { username: 'erin', recoveryCode: `${recoveryCode} more`, newPassword: NEW_PASSWORD }
  await expect(recover(seat.ports, wrong)).rejects.toEqual(refusal('wrong_recovery'))
  const other = await newRecoveryCode((await newcomer('frida')).seat.ports, { username: 'frida', password: PASSWORD })
  await expect(recover(seat.ports, { ...wrong, recoveryCode: other })).rejects.toEqual(refusal('wrong_recovery'))
  const right = { username: 'Erin', recoveryCode: recoveryCode.toUpperCase(), newPassword: NEW_PASSWORD }
  expect(await recover(seat.ports, right)).toEqual({ outcome: 'recovered' })
  const fresh = new Seat(server.address, 'erin')
  await expect(fresh.logIn()).rejects.toEqual(refusal('wrong_login'))
  expect(await fresh.logIn(NEW_PASSWORD)).toMatchObject({ outcome: 'signed in' })
  expect((await fresh.start()).profile.fingerprint).toBe((await seat.start()).profile.fingerprint)
  await fresh.stop()
  await seat.stop()
})

test('a new password opens the same keys, and so does a new recovery code', async () => {
  const { seat, recoveryCode } = await newcomer('greta')
  const owner = { username: 'greta', password: PASSWORD }
  const wrong = { ...owner, password: 'wrong', newPassword: NEW_PASSWORD }
  await expect(changePassword(seat.ports, wrong)).rejects.toEqual(refusal('wrong_password'))
  await changePassword(seat.ports, { ...owner, newPassword: NEW_PASSWORD })
  const code = await newRecoveryCode(seat.ports, { ...owner, password: NEW_PASSWORD })
  const stale = { username: 'greta', recoveryCode, newPassword: PASSWORD }
  await expect(recover(seat.ports, stale)).rejects.toEqual(refusal('wrong_recovery'))
  expect(await recover(seat.ports, { ...stale, recoveryCode: code })).toEqual({ outcome: 'recovered' })
  expect(await new Seat(server.address, 'greta').logIn()).toMatchObject({ outcome: 'signed in' })
})

test('what was sealed for the old keys is read after new keys were made', async () => {
  const [{ seat }, { seat: friend }] = [await newcomer('hugo'), await newcomer('ivy')]
  const ivy = await friend.start()
  await ivy.send('hugo', 'for the old keys')
  await nothingWaits(ivy)
  await newKeys(seat.ports, { username: 'hugo', password: PASSWORD })
  const hugo = await seat.start()
  await shows(hugo, 'ivy', 'for the old keys')
  expect((await talk(hugo, 'ivy')).map(({ mark }) => mark)).toEqual(['verified'])
  await seat.stop()
  await friend.stop()
})

test('an account of another client signs in and may start afresh', async () => {
  const { TEST_PASSWORD } = await import('@chatnip/server/testing')
  await server.newDevice('jonas')
  const seat = new Seat(server.address, 'jonas')
  // The bare API sends any password; ours derives one, so it is set to what ours would send.
  const { deriveSecrets } = await import('@chatnip/crypto')
  const { wirePassword } = await deriveSecrets('jonas', PASSWORD)
  const plain = await seat.transport.call('authenticate', { username: 'jonas', password: TEST_PASSWORD })
  seat.transport.setSession(plain.session_id ?? null)
  await seat.transport.call('reset_password', { old_password: TEST_PASSWORD, new_password: wirePassword })
  const result = await seat.logIn()
  if (result.outcome !== 'keys missing') throw new Error('It should have had no keys.')
  expect(result.reason).toBe('none stored')
  const { recoveryCode, signedIn } = await result.startAfresh()
  expect(signedIn.username).toBe('jonas')
  expect(await recover(seat.ports, { username: 'jonas', recoveryCode, newPassword: PASSWORD })).toEqual({
    outcome: 'recovered',
  })
})

test('a fresh-start code that nobody gave out is refused', async () => {
  const { seat } = await newcomer('kira')
  const input = { username: 'kira', freshStartCode: 'made-up-code', newPassword: NEW_PASSWORD }
  await expect(recoverFresh(seat.ports, input)).rejects.toEqual(refusal('wrong_recovery'))
})

test('logging out with "forget", and deleting the account, leave nothing here', async () => {
  const { seat } = await newcomer('lena')
  const messenger = await seat.start()
  await messenger.send('lena', 'gone soon')
  await nothingWaits(messenger)
  await seat.stop()
  await logOut(seat.ports, { username: 'lena', forget: true })
  expect(seat.rows.durable()).toEqual([])
  expect(await seat.keys.load()).toBeNull()
  await seat.logIn()
  await expect(deleteAccount(seat.ports, { username: 'lena', password: 'wrong' })).rejects.toBeInstanceOf(ChatnipError)
  await deleteAccount(seat.ports, { username: 'lena', password: PASSWORD })
  expect(await seat.keys.load()).toBeNull()
  await expect(seat.logIn()).rejects.toEqual(refusal('wrong_login'))
})

test('each account has a profile of its own, whose name does not tell whose', async () => {
  expect(await profileName('Alice')).toBe(await profileName('alice'))
  expect(await profileName('alice')).not.toBe(await profileName('bob'))
  expect(await profileName('alice')).not.toContain('alice')
})
