import { ChatnipError } from '@chatnip/protocol'
import type { Request } from '@chatnip/protocol'
import type { NewAccount } from '../store/store.ts'
import type { Services } from '../services.ts'
import { recoveryOf } from './keys.ts'
import { hashOfCode } from './secrets.ts'

type Deps = Pick<Services, 'config' | 'store' | 'clock' | 'passwords' | 'questions' | 'proofs'>
type Admission = Pick<NewAccount, 'inviteHash' | 'proof'>

/**
 * Makes an account. Everything cheap is checked before the password is hashed.
 * @throws ChatnipError signup_closed, invite_required, invite_invalid, maybe_bot, proof_invalid, name_taken
 */
export async function signUp(deps: Deps, asked: Request<'create_user'>): Promise<void> {
  const admission = await admit(deps, asked)
  if ((await deps.store.findAccount(asked.username)) !== null) throw new ChatnipError('name_taken')
  const result = await deps.store.createAccount({
    username: asked.username,
    passwordHash: await deps.passwords.hash(asked.password),
    publicKey: asked.public_key,
    wrappedByPassword: asked.wrapped_keys?.by_password ?? null,
    recovery: recoveryOf(asked.wrapped_keys),
    now: deps.clock.now(),
    ...admission,
  })
  if (result === 'created') return
  throw new ChatnipError(result === 'proof_used' ? 'proof_invalid' : result)
}

async function admit(deps: Deps, asked: Request<'create_user'>): Promise<Admission> {
  const { signup } = deps.config
  if (signup === 'closed') throw new ChatnipError('signup_closed')
  if (asked.invite !== undefined) return { inviteHash: await checkInvite(deps, asked.invite), proof: null }
  if (signup === 'invite') throw new ChatnipError('invite_required')
  if (asked.proof_of_work !== undefined)
    return { inviteHash: null, proof: await deps.proofs.check(asked.proof_of_work) }
  const blanks = asked.dict_fill_in_the_blanks
  if (blanks === undefined || !deps.questions.isRight(blanks.question, blanks.answer))
    throw new ChatnipError('maybe_bot')
  return { inviteHash: null, proof: null }
}

async function checkInvite({ store, clock }: Deps, code: string): Promise<Uint8Array> {
  const hash = hashOfCode(code)
  if (!(await store.checkInvite(hash, clock.now()))) throw new ChatnipError('invite_invalid')
  return hash
}
