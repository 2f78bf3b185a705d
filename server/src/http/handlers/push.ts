import { OK } from '../call.ts'
import type { Handlers } from '../call.ts'

export const PUSH = {
  get_push_key: ({ pushes: { publicKey } }) => (publicKey === null ? {} : { public_key: publicKey }),
  set_push: async ({ pushes }, { session, body }) => {
    await pushes.set(session, body.endpoint)
    return OK
  },
  end_push: async ({ pushes }, { session }) => {
    await pushes.end(session)
    return OK
  },
  test_push: async ({ pushes }, { session }) => ({ pushed: await pushes.test(session) }),
} satisfies Partial<Handlers>
