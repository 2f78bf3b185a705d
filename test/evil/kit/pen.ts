import { seal } from '@chatnip/crypto'
import type { Identity, Letter } from '@chatnip/crypto'
import { unseal } from '../../../crypto/src/envelope.ts'
import { encryptFor } from '../../../crypto/src/testing.ts'
import type { Asked, Answered } from './evil-server.ts'
import type { Account } from './people.ts'
import type { Fields } from './plumbing.ts'

/** What a server that knows everybody's public key, and has keys of its own, can write. */

let made = 1_000

/** A message frame with a seq that no honest mailbox of these tests reaches; each the next. */
export const frame = (from: string, text: string, more: Fields = {}): Fields => ({
  type: 'message',
  seq: (made += 1),
  id: crypto.randomUUID(),
  sendername: from,
  message_text: text,
  timestamp: 1_795_000_000,
  ...more,
})

/** A letter in somebody's name. */
export const letter = (from: Account, to: Account, text: string, id: string = crypto.randomUUID()): Letter => ({
  id,
  from: from.username,
  to: to.username,
  at: 1_795_000_000_000,
  body: { type: 'text', text },
})

/** A letter in somebody's name, signed by `signer`, sealed for its addressee, in a frame. */
export async function forge(from: Account, to: Account, text: string, signer: Identity): Promise<Fields> {
  const written = letter(from, to, text)
  return frame(from.username, await seal(written, signer, to.identity.publicKey), { id: written.id })
}

/** Opens what was sealed for the attacker and seals the very same signed text for somebody else. */
export async function reseal(text: string, opener: Identity, publicKey: string): Promise<string> {
  const signed = await unseal(text, opener)
  if (signed === null) throw new Error('The attacker cannot open that.')
  return encryptFor(publicKey, signed)
}

/** The text that a send frame holds for one addressee. */
export function textFor({ to }: Fields, username: string): string {
  const all: readonly unknown[] = Array.isArray(to) ? to : []
  for (const one of all) if (isAddressed(one) && one.username === username) return one.message_text
  throw new Error(`There is nothing for ${username}.`)
}

/** The send frame with another text for one addressee. */
export const withText = (sent: Fields, username: string, message_text: string): Fields => ({
  ...sent,
  to: (Array.isArray(sent['to']) ? sent['to'] : []).map((one: unknown) =>
    isAddressed(one) && one.username === username ? { username, message_text } : one,
  ),
})

const isAddressed = (value: unknown): value is { readonly username: string; readonly message_text: string } =>
  typeof value === 'object' && value !== null && 'username' in value && 'message_text' in value

/** Presents another public key for an account, to everybody or to those that `victim` picks. */
export const swapKey =
  (
    of: Account,
    publicKey: string,
    victim: (who: Asked['who']) => boolean = () => true,
  ): ((asked: Asked) => Promise<Answered>) =>
  async (asked) => {
    if (asked.name !== 'get_public_key' || asked.body['username'] !== of.username || !victim(asked.who)) {
      return asked.pass()
    }
    return { status: 200, body: { username: of.username, public_key: publicKey } }
  }
