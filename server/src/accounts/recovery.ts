import { ChatnipError } from '@chatnip/protocol'
import type { Reply, Request } from '@chatnip/protocol'
import type { Account } from '../store/store.ts'
import type { Services } from '../services.ts'
import { wrappedChange } from './keys.ts'
import { hashOfCode, sameHash, sha256 } from './secrets.ts'

type Deps = Pick<Services, 'store' | 'bus' | 'clock' | 'passwords' | 'limiter'>

/** Compared against when there is nobody, so that the same steps are taken. */
const NOTHING = new Uint8Array(32)

/** Lets through who holds the secret of `username`; a wrong one counts as a failed log-in. */
async function proven(deps: Deps, username: string, holds: (account: Account | null) => boolean): Promise<Account> {
  deps.limiter.take('log_in_failures', username.toLowerCase())
  const account = await deps.store.findAccount(username)
  if (!holds(account) || account === null) throw new ChatnipError('wrong_recovery')
  deps.limiter.giveBack('log_in_failures', username.toLowerCase())
  if (account.disabled) throw new ChatnipError('account_disabled')
  return account
}

const holdsProof = (proof: string) => (account: Account | null) => {
  const recovery = account?.recovery ?? null
  return sameHash(sha256(proof), recovery?.proofHash ?? NOTHING) && recovery !== null
}

const holdsFreshStart = (code: string, now: number) => (account: Account | null) => {
  const freshStart = account?.freshStart ?? null
  return sameHash(hashOfCode(code), freshStart?.hash ?? NOTHING) && freshStart !== null && freshStart.until > now
}

/** The copy of the private keys that the recovery code opens. */
export async function fetchRecovery(deps: Deps, asked: Request<'fetch_recovery'>): Promise<Reply<'fetch_recovery'>> {
  const account = await proven(deps, asked.username, holdsProof(asked.recovery_proof))
  if (account.recovery === null) throw new ChatnipError('wrong_recovery')
  return { public_key: account.publicKey, by_recovery: account.recovery.wrapped }
}

/** Sets a new password by the recovery code, or new keys as well by a fresh-start code. All sessions end. */
export async function recoverAccount(deps: Deps, asked: Request<'recover_account'>): Promise<void> {
  const account = await proven(deps, asked.username, holderOf(deps, asked))
  const keyChanges = asked.new_public_key !== undefined && asked.new_public_key !== account.publicKey
  const changed = await deps.store.changeAccount(account.account, {
    // Of two that come with the same one-time code only the first finds the password as it was.
    ifPasswordHash: account.passwordHash,
    passwordHash: await deps.passwords.hash(asked.new_password),
    ...(asked.new_public_key === undefined ? {} : { publicKey: asked.new_public_key }),
    ...wrappedChange(asked.wrapped_keys, keyChanges),
    ...(asked.fresh_start === undefined ? {} : { freshStart: null }),
    endSessions: 'all',
  })
  if (!changed) throw new ChatnipError('wrong_recovery')
  deps.bus.tell({ kind: 'sessions changed', account: account.account })
}

function holderOf({ clock }: Deps, { recovery_proof, fresh_start, new_public_key }: Request<'recover_account'>) {
  if (recovery_proof !== undefined && fresh_start === undefined) return holdsProof(recovery_proof)
  // Whoever starts afresh has lost the private keys: without new ones the account would stay unreadable.
  if (recovery_proof === undefined && fresh_start !== undefined && new_public_key !== undefined)
    return holdsFreshStart(fresh_start, clock.now())
  throw new ChatnipError('bad_request', {
    message: 'Send either recovery_proof, or fresh_start together with new_public_key.',
  })
}
