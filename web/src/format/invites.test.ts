import { expect, test } from 'vitest'
import { inviteIn } from './invites.ts'

test('an invite link brings its code', () => {
  expect(inviteIn('#invite=3fmr-m62k-85ca')).toBe('3fmr-m62k-85ca')
  expect(inviteIn('#a=b&invite=3fmr')).toBe('3fmr')
})

test('any other address brings none', () => {
  for (const fragment of ['', '#', '#invite', '#main', '#%']) expect(inviteIn(fragment)).toBe('')
})
