import { createHmac } from 'node:crypto'
import { createChallenge, randomInt, verifySolution } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import type { Payload } from 'altcha-lib'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { ChatnipError } from '@chatnip/protocol'
import { sha256 } from './secrets.ts'

const LIFETIME_MS = 10 * 60 * 1_000
/** PBKDF2 rounds a try, and tries: about 0.3 s on a laptop, 1 to 2 s on a phone. */
const ROUNDS = 1_000
const TRIES = { least: 500, most: 1_000 }

/** Invisible proof of work at sign-up: signed, bound to this server, short-lived. Its single use is the store's to keep. */
export interface Proofs {
  /** JSON text for altcha-lib's `solveChallenge`. */
  challenge(): Promise<string>
  /**
   * Checks a solution.
   * @param solved JSON `{challenge, solution}`, plain or in base64
   * @returns what to store so that it works once: a hash, and until when (ms)
   * @throws ChatnipError proof_invalid
   */
  check(solved: string): Promise<{ readonly hash: Uint8Array; readonly until: number }>
}

const Solved = Compile(
  Type.Object({
    challenge: Type.Object({
      parameters: Type.Object({
        algorithm: Type.Literal('PBKDF2/SHA-256'),
        nonce: Type.String({ pattern: '^(?:[0-9a-f]{2})+$' }),
        salt: Type.String({ pattern: '^(?:[0-9a-f]{2})+$' }),
        cost: Type.Integer({ minimum: 1, maximum: ROUNDS }),
        keyLength: Type.Integer({ minimum: 1, maximum: 64 }),
        keyPrefix: Type.String(),
        keySignature: Type.String(),
        expiresAt: Type.Integer(),
      }),
      signature: Type.String(),
    }),
    solution: Type.Object({ counter: Type.Integer(), derivedKey: Type.String(), time: Type.Optional(Type.Number()) }),
  }),
)

/**
 * @param secret a secret of this installation
 * @param now milliseconds
 */
export function openProofs(secret: Uint8Array, now: () => number): Proofs {
  const keyFor = (use: string) => createHmac('sha256', secret).update(use).digest('hex')
  const secrets = { hmacSignatureSecret: keyFor('challenge'), hmacKeySignatureSecret: keyFor('solution') }
  return {
    challenge: async () => {
      const counter = randomInt(TRIES.most, TRIES.least)
      const expiresAt = Math.floor((now() + LIFETIME_MS) / 1_000)
      const options = { algorithm: 'PBKDF2/SHA-256', cost: ROUNDS, counter, expiresAt, deriveKey, ...secrets }
      return JSON.stringify(await createChallenge(options))
    },
    check: async (solved) => {
      const { challenge, solution } = parse(solved)
      const { verified } = await verifySolution({ challenge, solution, deriveKey, ...secrets })
      const until = challenge.parameters.expiresAt * 1_000
      if (!verified || until <= now()) throw new ChatnipError('proof_invalid')
      return { hash: sha256(challenge.signature), until }
    },
  }
}

function parse(solved: string) {
  const json = solved.startsWith('{') ? solved : Buffer.from(solved, 'base64').toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (cause) {
    throw new ChatnipError('proof_invalid', { cause })
  }
  if (!Solved.Check(value)) throw new ChatnipError('proof_invalid')
  return { challenge: value.challenge, solution: { time: 0, ...value.solution } } satisfies Payload
}
