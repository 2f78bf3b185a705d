import { randomUUID } from 'node:crypto'
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
  download_messages: async ({ delivery, downloads }, { session, body, signal }) => {
    downloads.take(session.account, signal)
    if (body.after === undefined && body.wait === undefined) return [...(await delivery.take(session))]
    return [...(await delivery.page(session, body.after ?? 0, { ms: (body.wait ?? 0) * 1_000, signal }))]
  },
} satisfies Partial<Handlers>
