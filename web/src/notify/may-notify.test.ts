import { expect, test } from 'vitest'
import type { ConversationView } from '@chatnip/sdk'
import { mayNotify } from './may-notify.ts'

const of = (more: Partial<ConversationView>): ConversationView => ({
  name: 'bob',
  group: null,
  last: null,
  unread: 1,
  undelivered: 0,
  reacted: null,
  lifetime: 0,
  standing: 'accepted',
  mutedUntil: 0,
  activeAt: 1,
  ...more,
})

test('nobody is called for a stranger’s request, somebody blocked, or a muted conversation while it is', () => {
  expect(mayNotify(of({}), 1_000)).toBe(true)
  expect(mayNotify(of({ standing: 'asks' }), 1_000)).toBe(false)
  expect(mayNotify(of({ standing: 'blocked' }), 1_000)).toBe(false)
  expect(mayNotify(of({ mutedUntil: 1_001 }), 1_000)).toBe(false)
  expect(mayNotify(of({ mutedUntil: 'always' }), 1_000)).toBe(false)
  expect(mayNotify(of({ mutedUntil: 1_000 }), 1_000)).toBe(true)
})
