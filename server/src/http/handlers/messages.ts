import { randomUUID } from 'node:crypto'
import { ChatnipError } from '@chatnip/protocol'
import { OK } from '../call.ts'
import type { Handlers } from '../call.ts'

export const MESSAGES = {
  upload_message: async ({ delivery }, { session, body }) => {
    const { id = randomUUID(), timestamp, destname, message_text } = body
    await delivery.accept(session, { id, timestamp, to: [{ username: destname, message_text }] })
    return OK
  },
  send_message: async ({ delivery }, { session, body }) => {
    const { after, duplicate } = await delivery.accept(session, body)
    return { id: body.id, after, duplicate }
  },
  download_messages: async ({ delivery, downloads, sessions }, { session, body, signal }) => {
    downloads.take(session.account, signal)
    if (body.after === undefined && body.wait === undefined) return [...(await delivery.take(session))]
    const ms = (body.wait ?? 0) * 1_000
    const page = await delivery.page(session, body.after ?? 0, { ms, signal })
    // While it waited the session may have been ended, and then nothing that came since is for it.
    if (ms > 0 && (await sessions.recheck(session)) === null) throw new ChatnipError('not_signed_in')
    return [...page]
  },
} satisfies Partial<Handlers>
