import { ChatnipError } from '@chatnip/protocol'
import type { Request } from '@chatnip/protocol'
import type { Account, AccountChange, Session } from '../store/store.ts'
import type { Services } from '../services.ts'
import { wrappedChange } from './keys.ts'

type Deps = Pick<Services, 'store' | 'bus' | 'passwords' | 'avatars' | 'limiter'>

/**
 * The caller's account, after its password. Wrong guesses count; right ones do not.
 * @throws ChatnipError wrong_password, not_signed_in when the account has just gone
 */
async function confirmed(deps: Deps, session: Session, password: string): Promise<Account> {
  deps.limiter.take('password', session.account)
  const account = await deps.store.getAccount(session.account)
  if (account === null) throw new ChatnipError('not_signed_in')
  if (!(await deps.passwords.verify(account.passwordHash, password))) throw new ChatnipError('wrong_password')
  deps.limiter.giveBack('password', session.account)
  return account
}

/** Changes what the confirmed password permits, unless the password has changed meanwhile. */
async function change(deps: Deps, { account, passwordHash }: Account, what: AccountChange): Promise<void> {
  if (!(await deps.store.changeAccount(account, { ...what, ifPasswordHash: passwordHash })))
    throw new ChatnipError('not_signed_in')
  if (what.endSessions !== undefined) deps.bus.tell({ kind: 'sessions changed', account })
}

/** Changes the password; every other session of the account ends. */
export async function resetPassword(deps: Deps, session: Session, asked: Request<'reset_password'>): Promise<void> {
  const account = await confirmed(deps, session, asked.old_password)
  await change(deps, account, {
    passwordHash: await deps.passwords.hash(asked.new_password),
    ...wrappedChange(asked.wrapped_keys, false),
    endSessions: { allBut: session.hash },
  })
}

export async function resetPublicKey(deps: Deps, session: Session, asked: Request<'reset_public_key'>): Promise<void> {
  const account = await confirmed(deps, session, asked.password)
  await change(deps, account, {
    publicKey: asked.new_public_key,
    ...wrappedChange(asked.wrapped_keys, asked.new_public_key !== account.publicKey),
  })
}

export async function storeWrappedKeys(
  deps: Deps,
  session: Session,
  asked: Request<'store_wrapped_keys'>,
): Promise<void> {
  const account = await confirmed(deps, session, asked.password)
  await change(deps, account, wrappedChange(asked.wrapped_keys, false))
}

export async function deleteOwnAccount(deps: Deps, session: Session, password: string): Promise<void> {
  const { account, passwordHash } = await confirmed(deps, session, password)
  // Read again: the password, or the avatar, may have changed while the password was checked.
  const now = await deps.store.getAccount(account)
  if (now?.passwordHash !== passwordHash) throw new ChatnipError('not_signed_in')
  await removeAccount(deps, now)
}

/**
 * Deletes an account with everything that is its own, and closes its sockets. For the owner and for who runs the server.
 * The picture goes first: nobody would know of it once its account is gone, and whoever is interrupted here can ask again.
 */
export async function removeAccount(deps: Pick<Deps, 'store' | 'bus' | 'avatars'>, account: Account): Promise<void> {
  if (account.avatar !== null) await deps.avatars.remove(account.avatar)
  await deps.store.deleteAccount(account.account)
  deps.bus.tell({ kind: 'sessions changed', account: account.account })
}
