import type { Handlers } from './call.ts'
import { ACCOUNTS } from './handlers/accounts.ts'
import { AVATARS } from './handlers/avatars.ts'
import { BLOBS } from './handlers/blobs.ts'
import { CONVERSATIONS } from './handlers/conversations.ts'
import { DEVICES } from './handlers/devices.ts'
import { MESSAGES } from './handlers/messages.ts'
import { PUSH } from './handlers/push.ts'
import { SIGN_UP } from './handlers/sign-up.ts'

/** One handler for each row of the table: a missing or misspelt one does not compile. */
export const HANDLERS: Handlers = {
  ...ACCOUNTS,
  ...AVATARS,
  ...BLOBS,
  ...CONVERSATIONS,
  ...DEVICES,
  ...MESSAGES,
  ...PUSH,
  ...SIGN_UP,
}
