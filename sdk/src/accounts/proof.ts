import type { Payload } from 'altcha-lib/types'

/**
 * Solves a challenge of `get_challenge` on this thread.
 * @param text the challenge, JSON
 * @returns what `create_user` takes as `proof_of_work`
 * @throws Error when no solution was found in 90 seconds
 */
export async function solveChallenge(text: string): Promise<string> {
  const [{ solveChallenge: solve }, { deriveKey }] = await Promise.all([
    import('altcha-lib'),
    import('altcha-lib/algorithms/web/pbkdf2'),
  ])
  const challenge: Payload['challenge'] = JSON.parse(text)
  const solution = await solve({ challenge, deriveKey })
  if (solution === null) throw new Error('The proof of work took too long.')
  const payload: Payload = { challenge, solution }
  return JSON.stringify(payload)
}
