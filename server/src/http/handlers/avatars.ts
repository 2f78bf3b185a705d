import { ownOrigin } from '../../request/seen.ts'
import { OK } from '../call.ts'
import type { Handlers } from '../call.ts'

export const AVATARS = {
  upload_avatar: async ({ avatars }, { session, file }) => {
    await avatars.set(session.account, file)
    return OK
  },
  delete_avatar: async ({ avatars }, { session }) => {
    await avatars.clear(session.account)
    return OK
  },
  get_avatar: async ({ avatars, config }, { body, seen }) => ({
    avatar: ownOrigin(seen, config.publicUrl) + (await avatars.pathOf(body.username)),
  }),
} satisfies Partial<Handlers>
