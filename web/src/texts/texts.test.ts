import { describe, expect, test } from 'vitest'
import { ERRORS } from '@chatnip/protocol'
import { about } from './en-about.ts'
import { compare } from './en-compare.ts'
import { details } from './en-details.ts'
import { files } from './en-files.ts'
import { invite } from './en-invite.ts'
import { notify } from './en-notify.ts'
import { people } from './en-people.ts'
import { recover } from './en-recover.ts'
import { settings } from './en-settings.ts'
import { en } from './en.ts'
import { localeFor, preferredLanguage } from './index.ts'
import { it as itLater } from './it-later.ts'
import { it } from './it.ts'
import type { Later } from './later.ts'

/** Every text by its path; functions are called with stand-ins. */
const flatten = (value: unknown, path = ''): readonly (readonly [string, string])[] => {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value === 'function') {
    const arity = value.length
    const text: unknown = value(...Array.from({ length: arity }, (_, index) => (index === 0 ? 2 : 'x')))
    return [[path, String(text)]]
  }
  return Object.entries(value ?? {}).flatMap(([key, inner]) => flatten(inner, `${path}/${key}`))
}

describe('texts', () => {
  const later: Later = { about, compare, details, files, invite, notify, people, recover, settings }
  const english = flatten({ ...en, ...later })
  const italian = flatten({ ...it, ...itLater })

  test('both languages have the same texts, none empty', () => {
    expect(italian.map(([path]) => path)).toEqual(english.map(([path]) => path))
    expect([...english, ...italian].filter(([, text]) => text.trim() === '')).toEqual([])
  })

  test('Italian is written, not copied', () => {
    const same = english.filter(
      ([path, text], index) => text === italian[index]?.[1] && text.length > 12 && path !== '',
    )
    expect(same).toEqual([])
  })

  test('every refusal of the server has its words', () => {
    for (const code of Object.keys(ERRORS)) {
      expect(en.errors).toHaveProperty(code)
      expect(it.errors).toHaveProperty(code)
    }
  })

  test('the voice: no exclamation marks', () => {
    expect([...english, ...italian].filter(([, text]) => text.includes('!'))).toEqual([])
  })

  test('plurals', () => {
    expect(en.chats.unread(1)).toBe('1 new message')
    expect(en.chats.unread(2)).toBe('2 new messages')
    expect(it.chats.unread(1)).toBe('1 messaggio nuovo')
    expect(it.chats.unread(3)).toBe('3 messaggi nuovi')
    expect(en.chats.unread(0)).toBe('0 new messages')
    expect(en.chats.unread(12_000)).toBe('12,000 new messages')
    expect(it.chats.unread(12_000)).toBe('12.000 messaggi nuovi')
  })
})

describe('language', () => {
  test('what was chosen wins over the browser, what we do not speak is passed over', () => {
    expect(preferredLanguage('it', ['en-GB'])).toBe('it')
    expect(preferredLanguage(null, ['de-DE', 'it-CH', 'en'])).toBe('it')
    expect(preferredLanguage('../../etc', ['fr'])).toBe('en')
  })

  test('dates follow the region of the browser, and never a tag that is none', () => {
    expect(localeFor('en', ['it', 'en-GB'])).toBe('en-GB')
    expect(localeFor('it', ['en-GB'])).toBe('it')
    expect(localeFor('en', ['en-US@posix'])).toBe('en')
  })
})
