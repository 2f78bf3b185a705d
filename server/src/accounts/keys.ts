import type { WrappedKeys } from '@chatnip/protocol'
import type { AccountChange, Recovery } from '../store/store.ts'
import { sha256 } from './secrets.ts'

/** The recovery copy of a request, or null when it brings none. */
export function recoveryOf(wrapped: WrappedKeys | undefined): Recovery | null {
  if (wrapped?.by_recovery === undefined || wrapped.recovery_proof === undefined) return null
  return { wrapped: wrapped.by_recovery, proofHash: sha256(wrapped.recovery_proof) }
}

/**
 * What of the wrapped keys changes. Without recovery fields the stored recovery copy stays, unless the public key changes:
 * then old copies wrap private keys that nobody uses any more, and go.
 */
export function wrappedChange(wrapped: WrappedKeys | undefined, keyChanges: boolean): AccountChange {
  const recovery = recoveryOf(wrapped)
  return {
    ...(wrapped !== undefined || keyChanges ? { wrappedByPassword: wrapped?.by_password ?? null } : {}),
    ...(recovery !== null || keyChanges ? { recovery } : {}),
  }
}
