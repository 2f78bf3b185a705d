import { ChatnipError } from '@chatnip/protocol'
import type { Reply } from '@chatnip/protocol'
import * as accounts from '@chatnip/sdk/accounts'
import type { AccountPorts, Argon2Input, KeysMissing } from '@chatnip/sdk/accounts'
import { deviceName } from '../device/environment.ts'
import { openStores } from '../device/stores.ts'
import { browserTransport } from '../device/transport.ts'
import { STORED } from '../notify/stored.ts'
import { askWorker } from '../workers/ask.ts'
import { refreshPicture } from './pictures.ts'
import { change, forgetName, remember, takeWish } from './session.ts'

/** What people do with their account, in this browser. Loaded with the pages that need it. */

export type ServerInfo = Reply<'get_server_info'>
export type Device = Reply<'list_devices'>['devices'][number]
export type Session = Reply<'list_sessions'>['sessions'][number]

const ports: AccountPorts = {
  transport: browserTransport,
  openStores,
  argon2: async (input) => {
    const { default: address } = await import('../workers/argon2.ts?worker&url')
    return askWorker<Argon2Input, Uint8Array>(address, input)
  },
  solve: async (challenge) => {
    const { default: address } = await import('../workers/solve.ts?worker&url')
    return askWorker<string, string>(address, challenge).catch((error: unknown) => {
      /** Whatever stopped the worker, the fill-in-the-blank stands ready in its place. */
      throw new ChatnipError('proof_invalid', { cause: error })
    })
  },
}

const thisDevice = (): string => deviceName(navigator.userAgent)

export const fetchServerInfo = (): Promise<ServerInfo> => browserTransport.call('get_server_info', {})

export const fetchQuestion = async (): Promise<string> =>
  (await browserTransport.call('get_fill_in_the_blanks', {})).question

export interface SignUp {
  readonly username: string
  readonly password: string
  readonly proof: 'work' | { readonly question: string; readonly answer: string }
  /** Empty: none. */
  readonly invite: string
}

/**
 * Makes the account and signs in, without entering yet.
 * @returns the recovery code, to be shown now
 */
export const signUp = async ({ invite, ...account }: SignUp): Promise<string> => {
  const recoveryCode = await accounts.makeRecoveryCode()
  const input = { ...account, recoveryCode, deviceName: thisDevice(), ...(invite === '' ? {} : { invite }) }
  await change(async () => {
    await accounts.signUp(ports, input)
    remember(null)
  })
  return recoveryCode
}

interface Login {
  readonly username: string
  readonly password: string
}

let missing: KeysMissing | null = null

/** The session of this browser is the account's from here on; `enter` then opens what is theirs. */
export const logIn = ({
  username,
  password,
}: Login): Promise<{ outcome: 'signed in' | 'keys missing'; username: string }> =>
  change(async () => {
    /** Whoever was signed in before is not any more, as soon as the server has answered. */
    remember(null)
    const result = await accounts.logIn(ports, { username, password, deviceName: thisDevice() })
    missing = result.outcome === 'keys missing' ? result : null
    return { outcome: result.outcome, username: result.username }
  })

/** After `keys missing`: new keys. @returns the recovery code, to be shown now */
export const startAfresh = async (): Promise<string> => {
  if (missing === null) throw new ChatnipError('not_signed_in')
  return (await missing.startAfresh()).recoveryCode
}

/** The session ended by itself; the same account signs in again on the same device. */
export const renew = async ({ username, password }: Login): Promise<void> => {
  const { outcome } = await accounts.logIn(ports, { username, password, deviceName: thisDevice() })
  if (outcome === 'keys missing') throw new accounts.KeysUnreadable()
}

export const recoverByCode = async (input: {
  readonly username: string
  readonly code: string
  readonly newPassword: string
}): Promise<'done' | 'wrong words' | 'keys lost'> => {
  const { username, code, newPassword } = input
  if ((await accounts.readRecoveryCode(code)) === null) return 'wrong words'
  const { outcome } = await accounts.recover(ports, { username, recoveryCode: code, newPassword })
  return outcome === 'recovered' ? 'done' : 'keys lost'
}

/** @returns the new recovery code, to be shown now */
export const recoverFresh = async (input: {
  readonly username: string
  readonly freshCode: string
  readonly newPassword: string
}): Promise<string> => {
  const { username, freshCode, newPassword } = input
  return (await accounts.recoverFresh(ports, { username, freshStartCode: freshCode, newPassword })).recoveryCode
}

export const changePassword = (username: string, password: string, newPassword: string): Promise<void> =>
  accounts.changePassword(ports, { username, password, newPassword })

/** @returns the new recovery code, to be shown now */
export const newRecoveryCode = (username: string, password: string): Promise<string> =>
  accounts.newRecoveryCode(ports, { username, password })

/** @returns the new recovery code, to be shown now */
export const newKeys = (username: string, password: string): Promise<string> =>
  change(() => accounts.newKeys(ports, { username, password }))

/** The next account here decides for itself; without a network the server finds out by the session's end. */
const silence = async (): Promise<void> => {
  if (localStorage.getItem(STORED) === null) return
  const { switchOff } = await import('../notify/subscribe.ts')
  await switchOff().catch(() => undefined)
}

export const logOut = async (username: string, { forget }: { readonly forget: boolean }): Promise<void> => {
  await silence()
  await change(async () => {
    await accounts.logOut(ports, { username, forget })
    remember(null)
    if (forget) forgetName()
  })
  /** Nobody wanted to be where they were when they left. */
  takeWish()
}

export const deleteAccount = async (username: string, password: string): Promise<void> => {
  await silence()
  await change(async () => {
    await accounts.deleteAccount(ports, { username, password })
    remember(null)
    forgetName()
  })
  /** Nobody wanted to be where they were when they left. */
  takeWish()
}

export const listDevices = async (): Promise<readonly Device[]> =>
  (await browserTransport.call('list_devices', {})).devices

export const listSessions = async (): Promise<readonly Session[]> =>
  (await browserTransport.call('list_sessions', {})).sessions

export const revokeDevice = async (id: string): Promise<void> => {
  await browserTransport.call('revoke_device', { device_id: id })
}

export const revokeSession = async (handle: string): Promise<void> => {
  await browserTransport.call('revoke_session', { handle })
}

export const setPicture = async (username: string, picture: Blob): Promise<void> => {
  await browserTransport.uploadAvatar(picture)
  await refreshPicture(username)
}

export const removePicture = async (username: string): Promise<void> => {
  await browserTransport.call('delete_avatar', {})
  await refreshPicture(username)
}
