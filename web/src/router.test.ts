import { describe, expect, test } from 'vitest'
import { formatRoute, parseRoute } from './router.ts'
import type { Route } from './router.ts'

const ROUTES: readonly Route[] = [
  { page: 'welcome' },
  { page: 'about' },
  { page: 'signUp' },
  { page: 'logIn' },
  { page: 'recover' },
  { page: 'settings' },
  { page: 'invite' },
  { page: 'chats' },
  { page: 'chat', name: 'bob' },
  { page: 'chat', name: 'compare' },
  { page: 'compare', name: 'Bob.o-1_2' },
  { page: 'chat', name: '.' },
  { page: 'chat', name: '..' },
  { page: 'chat', name: 'a.js' },
]

describe('routes', () => {
  test.each(ROUTES)('$page comes back from its own path', (known) => {
    const { pathname } = new URL(formatRoute(known), 'https://chatnip.example/settings')
    expect(parseRoute(pathname)).toEqual(known)
  })

  test('a slash at the end changes nothing', () => {
    expect(parseRoute('/chats/')).toEqual({ page: 'chats' })
    expect(parseRoute('/chats/bob//')).toEqual({ page: 'chat', name: 'bob' })
  })

  test.each(['/nowhere', '/chats/bob/else', '/chats/bob/compare/x', '/chats/%E0%A4%A', '/Chats', ''])(
    '%j leads nowhere',
    (path) => {
      expect(parseRoute(path)).toEqual({ page: 'lost' })
    },
  )
})
