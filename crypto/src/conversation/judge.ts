import type { ClientConfig } from 'ts-mls/clientConfig.js'
import { checkCredential, readCredential, sameOwner } from './credential.ts'
import type { Pins } from './credential.ts'
import { ConversationError } from './errors.ts'
import type { ConversationErrorCode } from './errors.ts'
import { attempt } from './attempt.ts'
import type { KeyPackage } from 'ts-mls/keyPackage.js'
import type { LeafNode } from 'ts-mls/leafNode.js'

/**
 * How the library asks about people. It knows yes and no only; the judge remembers why not, and names all unknown accounts at once
 * instead of one a time (a group of two hundred would otherwise be tried two hundred times).
 */
export interface Judge {
  readonly config: ClientConfig
  /**
   * Runs a task of the library under this judge.
   * @throws ConversationError the judge's own reason first, otherwise `code`
   */
  readonly preside: <T>(code: ConversationErrorCode, task: () => Promise<T>) => Promise<T>
}

const isSameDevice = (a: LeafNode, b: LeafNode): boolean =>
  sameOwner(readCredential(a.credential), readCredential(b.credential))

/** What does not depend on who is asked about. */
const SETTINGS = {
  keyRetentionConfig: {
    // The server delivers in order: a key that was skipped is never needed, and kept it would open what somebody recorded.
    retainKeysForGenerations: 0,
    retainKeysForEpochs: 1,
    // A sender's messages may have expired unread; each step costs some ten microseconds.
    maximumForwardRatchetSteps: 10_000,
  },
  lifetimeConfig: { maximumTotalLifetime: 2n ** 63n, validateLifetimeOnReceive: false },
  // The same device is the same client, whatever keys it comes with.
  keyPackageEqualityConfig: {
    compareKeyPackages: (a: KeyPackage, b: KeyPackage) => isSameDevice(a.leafNode, b.leafNode),
    compareKeyPackageToLeafNode: (a: KeyPackage, b: LeafNode) => isSameDevice(a.leafNode, b),
  },
  paddingConfig: { kind: 'padUntilLength', padUntilLength: 256 },
} as const satisfies Omit<ClientConfig, 'authService'>

/** For what asks about nobody: nobody is vouched for. */
export const CONFIG_ALONE: ClientConfig = { ...SETTINGS, authService: { validateCredential: async () => false } }

export function makeJudge(pins: Pins): Judge {
  const unknown = new Set<string>()
  let refusal: ConversationError | undefined
  const validateCredential: ClientConfig['authService']['validateCredential'] = async (credential, signatureKey) => {
    try {
      await attempt('unreadable', async () => checkCredential(readCredential(credential), signatureKey, pins))
      return true
    } catch (error) {
      if (!(error instanceof ConversationError)) throw error
      if (error.code !== 'not_pinned') refusal ??= error
      else for (const account of error.accounts) unknown.add(account)
      // Goes on to find the others; the result is thrown away below.
      return error.code === 'not_pinned'
    }
  }
  const verdict = (): ConversationError | undefined =>
    refusal ??
    (unknown.size > 0 ? new ConversationError('not_pinned', { accounts: [...unknown].toSorted() }) : undefined)
  return {
    config: { ...SETTINGS, authService: { validateCredential } },
    async preside(code, task) {
      const result = await attempt(code, task).catch((error: unknown) => {
        throw verdict() ?? error
      })
      const reason = verdict()
      if (reason !== undefined) throw reason
      return result
    },
  }
}
