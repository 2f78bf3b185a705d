import { describe, expect, test } from 'vitest'
import { invitationLink, readInvitation } from './invitation.ts'

const KEY = '0123 4567 89ab cdef 0123 4567 89ab cdef 0123 4567'
const BARE = KEY.replaceAll(' ', '')

describe('an invitation', () => {
  test.each([
    { by: 'alice', key: KEY, code: '' },
    { by: 'A.l-i_ce', key: KEY, code: '3fmr-m62k-85ca' },
  ])('comes back from its link: %o', (one) => {
    const { pathname, hash, origin } = new URL(invitationLink('https://chat.example', one))
    expect([origin, pathname]).toEqual(['https://chat.example', '/invite'])
    expect(readInvitation(hash)).toEqual(one)
  })

  test.each([
    '',
    '#',
    '#by=alice',
    `#key=${BARE}`,
    `#by=alice&key=${BARE.slice(1)}`,
    `#by=alice&key=${BARE}0`,
    `#by=alice&key=${BARE.toUpperCase()}`,
    `#by=&key=${BARE}`,
    `#by=${'a'.repeat(33)}&key=${BARE}`,
    `#by=../settings&key=${BARE}`,
    `#by=<script>alert(1)</script>&key=${BARE}`,
    `#by=alice%0aBob&key=${BARE}`,
    `#by=al%E2%80%AEice&key=${BARE}`,
    `#by=alice&by=mallory&key=${BARE}`,
    `#by=alice&key=${BARE}&key=${BARE}`,
    `#by=alice&key=${BARE}&invite=${'x'.repeat(65)}`,
    `#by=alice&key=${BARE}&invite=a%20b`,
    '#%E0%A4%A',
  ])('is not read from %j', (fragment) => {
    expect(readInvitation(fragment)).toBe(null)
  })
})
