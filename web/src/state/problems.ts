import { ChatnipError } from '@chatnip/protocol'
import { DamagedRow, NetworkError } from '@chatnip/sdk'
import type { Texts } from '../texts/en.ts'

/** The name of something that went wrong; its words stand in the texts under `errors`. */
export type Problem = keyof Texts['errors']

/** What to tell somebody about an error. */
export const problemOf = (error: unknown): Problem => {
  if (error instanceof ChatnipError) return error.code
  if (error instanceof NetworkError) return 'no_answer'
  if (error instanceof DamagedRow) return 'damaged'
  if (error instanceof Error && error.name === 'KeysUnreadable') return 'keys_unreadable'
  return error instanceof DOMException ? 'storage' : 'unexpected'
}
