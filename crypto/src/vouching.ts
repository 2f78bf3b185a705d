import { CompactSign } from 'jose'
import { parseRecord, utf8 } from './bytes.ts'
import { verifiedPayload } from './envelope.ts'
import { keySet, publicKeyText, readModuli } from './identity.ts'
import type { Identity } from './identity.ts'

/**
 * A public key may vouch for the ones that its account had before: beside `keys` the JWK Set holds `earlier`, up to three compact JWS
 * (PS256, signed by the set's own signing key) over `{v, account, at, keys}`, where `keys` are an earlier set's. Whoever trusts the set
 * can check by them what was on its way when the keys changed, without having known the old ones.
 *
 * - Nobody but the holder of the set's signing key can make one, for this account and this use only; a server can merely leave them out.
 * - Fingerprints and safety numbers are over `keys` alone: statements never change who somebody is.
 * - The earlier key need not agree. It gives no power over another account's messages, since each letter names its sender.
 */
const TYP = 'chatnip-earlier-key'
const VERSION = 1

/** Three of RSA-4096 in a set of RSA-4096 take 10 KB of the 16 that a `public_key` may have. */
const MOST = 3

export interface Vouched {
  /** The two keys that the account had before, as a `public_key` that vouches for nothing. */
  readonly publicKey: string
  /** When that was said, Unix ms by the owner's clock. To be told, not to be relied on. */
  readonly at: number
}

/**
 * The identity with a public key that vouches for earlier ones.
 * @param earlier newest first, the rest beyond three is left out. Whole identities, not texts: only who holds the private keys
 * knows that they were the account's; what a server says that they were must never be vouched for
 * @param about `account`: the account's name; `at`: now, Unix ms; below zero counts as zero
 * @throws TypeError when the identity's public key is not of our form
 */
export async function vouchFor(
  identity: Identity,
  earlier: readonly Identity[],
  about: { readonly account: string; readonly at: number },
): Promise<Identity> {
  const own = readModuli(identity.publicKey)
  if (own === null) throw new TypeError('That identity has a public key of another form.')
  const known = earlier.flatMap(({ publicKey }) => readModuli(publicKey) ?? [])
  const before = known.filter(({ sig }) => sig !== own.sig).slice(0, MOST)
  if (before.length === 0) return identity
  // A clock before 1970 says no time that readers take.
  const at = Math.max(0, about.at)
  const statements = before.map((moduli) => {
    const payload = { v: VERSION, account: about.account, at, ...keySet(moduli) }
    return new CompactSign(utf8(JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'PS256', typ: TYP })
      .sign(identity.signing)
  })
  const publicKey = JSON.stringify({ ...keySet(own), earlier: await Promise.all(statements) })
  return { ...identity, publicKey }
}

/**
 * The earlier keys that a public key vouches for. Call it only for a key that is trusted to be the account's. Never throws for what
 * the text holds: what is not signed by the set's own signing key, for this account, in this form, is passed over.
 * @param account whose key it is; compared without case
 */
export async function vouchedKeys(publicKey: string, account: string): Promise<readonly Vouched[]> {
  const earlier = parseRecord(utf8(publicKey))?.['earlier']
  if (!Array.isArray(earlier)) return []
  const texts = earlier.slice(0, MOST).filter((text) => typeof text === 'string')
  const read = await Promise.all(texts.map((text) => readStatement(text, publicKey, account)))
  return read.filter((vouched) => vouched !== null)
}

async function readStatement(text: string, publicKey: string, account: string): Promise<Vouched | null> {
  const bytes = await verifiedPayload(text, publicKey, TYP)
  const payload = bytes === null ? null : parseRecord(bytes)
  if (bytes === null || payload?.['v'] !== VERSION) return null
  const { account: named, at } = payload
  if (typeof named !== 'string' || named.toLowerCase() !== account.toLowerCase()) return null
  if (typeof at !== 'number' || at < 0) return null
  const moduli = readModuli(new TextDecoder().decode(bytes))
  return moduli === null ? null : { publicKey: publicKeyText(moduli), at }
}
