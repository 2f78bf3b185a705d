import { ChatnipError } from '@chatnip/protocol'
import type { Request } from '@chatnip/protocol'
import type { Account, NewSession } from '../store/store.ts'
import type { Services } from '../services.ts'
import { newToken, sha256 } from './secrets.ts'

type Deps = Pick<Services, 'store' | 'bus' | 'clock' | 'passwords' | 'sessions' | 'limiter'>

export interface LoggedIn {
  readonly token: string
  readonly deviceId: string | null
  readonly username: string
}

/**
 * Begins a session. A name that is not there and a wrong password take the same time and get the same answer.
 * @throws ChatnipError wrong_login, account_disabled (told only to who knows the password), too_many_devices, too_many
 */
export async function logIn(deps: Deps, asked: Request<'authenticate'>): Promise<LoggedIn> {
  const account = await deps.store.findAccount(asked.username)
  const guesser = await guesserOf(deps, account, asked)
  // Taken before the check and given back after a right answer, so that guesses in parallel count as well.
  deps.limiter.take('log_in_failures', guesser)
  const right = await deps.passwords.verify(account?.passwordHash ?? null, asked.password)
  if (account === null || !right) throw new ChatnipError('wrong_login')
  deps.limiter.giveBack('log_in_failures', guesser)
  if (account.disabled) throw new ChatnipError('account_disabled')
  return beginSession(deps, await withTodaysHash(deps, account, asked.password), asked.device)
}

/**
 * Whose failures these would be: everybody's who tries this name, but the account's own devices each have a count of their own.
 * Only they know their long random ids, so strangers who guess without end cannot keep the owner's browser out.
 */
async function guesserOf({ store }: Deps, account: Account | null, { username, device }: Request<'authenticate'>) {
  const id = device?.id
  const own = id === undefined || account === null ? [] : await store.listDevices(account.account)
  return own.some(({ deviceId }) => deviceId === id) ? `device ${id}` : username.toLowerCase()
}

/** Keeps up with the cost of today: old hashes are replaced when the password is there anyway. */
async function withTodaysHash({ passwords, store }: Deps, account: Account, password: string): Promise<Account> {
  if (!passwords.outdated(account.passwordHash)) return account
  const passwordHash = await passwords.hash(password)
  const changed = await store.changeAccount(account.account, { passwordHash, ifPasswordHash: account.passwordHash })
  return changed ? { ...account, passwordHash } : account
}

async function beginSession(
  deps: Deps,
  account: Account,
  device: Request<'authenticate'>['device'],
): Promise<LoggedIn> {
  const token = newToken()
  const attempt = async (wanted: NewSession['device']) => {
    const result = await deps.store.createSession({
      hash: sha256(token),
      account: account.account,
      now: deps.clock.now(),
      expiresAt: deps.sessions.endOf(wanted === null ? 'plain' : 'device'),
      // Whoever changes the password ends all sessions; a log-in by the old one that is under way must not outlive that.
      ifPasswordHash: account.passwordHash,
      device: wanted,
    })
    return { result, deviceId: wanted?.deviceId ?? null }
  }
  const wanted = device && { deviceId: device.id ?? newToken(), name: device.name, isNew: device.id === undefined }
  let { result, deviceId } = await attempt(wanted ?? null)
  // A device that was removed comes back as a new one: its old mailbox is gone, and the reply says the new id.
  if (result === 'no_such_device' && device !== undefined)
    ({ result, deviceId } = await attempt({ deviceId: newToken(), name: device.name, isNew: true }))
  if (result === 'too_many_devices') throw new ChatnipError('too_many_devices')
  if (result !== 'created') throw new ChatnipError('wrong_login')
  // Older sessions beyond the limit, or of the same device, may have ended by this.
  deps.bus.tell({ kind: 'sessions changed', account: account.account })
  return { token, deviceId, username: account.username }
}
