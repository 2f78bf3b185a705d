import { measureConversation } from './conversation.ts'

/** The page in which a browser measures. */
Object.assign(globalThis, { measureConversation })
