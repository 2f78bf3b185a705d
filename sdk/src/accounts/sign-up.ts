import type { Request } from '@chatnip/protocol'
import type { AccountPorts } from './deps.ts'
import { freshKeys, secretsOf } from './new-keys.ts'
import { logIn } from './sign-in.ts'
import type { LogIn, LogInInput } from './sign-in.ts'

export interface SignUpInput extends LogInInput {
  /** How no machine signs up in bulk: an answered question, or (`work`) a proof of work that is done in here. */
  readonly proof: { readonly question: string; readonly answer: string } | 'work' | 'none'
  readonly invite?: string
  /** Made by `makeRecoveryCode` and shown already. */
  readonly recoveryCode: string
}

/**
 * Makes an account with new keys and signs in to it on this device.
 * @throws ChatnipError name_taken, maybe_bot, proof_invalid, signup_closed, invite_required, invite_invalid, wrong_recovery
 * @throws NetworkError; whether the account was made is then unknown: logging in tells
 */
export async function signUp(ports: AccountPorts, input: SignUpInput): Promise<LogIn> {
  const { username, password, recoveryCode } = input
  const working = workFor(ports, input)
  const secrets = await secretsOf(ports, username, password)
  const { identity, wrapped } = await freshKeys(username, secrets, recoveryCode)
  await ports.transport.call('create_user', {
    username,
    password: secrets.wirePassword,
    public_key: identity.publicKey,
    wrapped_keys: wrapped,
    ...(await working),
    ...(input.invite === undefined ? {} : { invite: input.invite }),
  })
  return logIn(ports, input)
}

type Proof = Pick<Request<'create_user'>, 'proof_of_work' | 'dict_fill_in_the_blanks'>

async function workFor(ports: AccountPorts, { proof }: SignUpInput): Promise<Proof> {
  if (proof === 'none') return {}
  if (proof !== 'work') return { dict_fill_in_the_blanks: { question: proof.question, answer: proof.answer } }
  const { challenge } = await ports.transport.call('get_challenge', {})
  const solve = ports.solve ?? (await import('./proof.ts')).solveChallenge
  return { proof_of_work: await solve(challenge) }
}
