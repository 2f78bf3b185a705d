import { ConversationError } from './errors.ts'
import type { ConversationErrorCode } from './errors.ts'

/**
 * Runs something of the library, or of WebCrypto, on bytes from outside. Whatever it throws on them (its own errors, a RangeError of a
 * reader, an OperationError of WebCrypto) becomes one typed error; ours pass through.
 */
export async function attempt<T>(code: ConversationErrorCode, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    throw error instanceof ConversationError ? error : new ConversationError(code, { cause: error })
  }
}
