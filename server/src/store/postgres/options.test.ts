import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressOf } from './options.ts'
import { fromStored, textArray, toStored } from './text.ts'

describe('the address of the database', () => {
  test('names host, user, password and database', () => {
    expect(addressOf('postgres://chat%40nip:p%3Aw%2F@db.example.org:5433/chat')).toEqual({
      hosts: [{ host: 'db.example.org', port: 5433 }],
      database: 'chat',
      user: 'chat@nip',
      password: 'p:w/',
      tls: false,
    })
    expect(addressOf('postgresql://[::1],other:7/x')).toMatchObject({
      hosts: [
        { host: '::1', port: 5432 },
        { host: 'other', port: 7 },
      ],
      user: 'chatnip',
      password: '',
    })
  })

  test('what makes no sense is told in a sentence without the password', () => {
    const wrong = ['', 'mysql://a/b', 'postgres://host', 'postgres://u:secret@/db', 'postgres://u:secret@h:x/db']
    const refused = ['?sslmode=prefer', '?sslmode=allow', '?sslrootcert=/nowhere/at-all.pem', '?options=-c']
    for (const url of [
      ...wrong,
      ...refused.map((query) => `postgres://u:secret@h/db${query}`),
      'postgres://u:%zz@h/d',
    ]) {
      expect(() => addressOf(url)).toThrow(/\.$/)
      expect(() => addressOf(url)).not.toThrow(/secret/)
    }
  })

  test('TLS, once asked for, checks who answers', () => {
    for (const mode of ['require', 'verify-ca', 'verify-full'])
      expect(addressOf(`postgres://h/d?sslmode=${mode}`).tls).toMatchObject({ rejectUnauthorized: true })
  })
})

describe('texts', () => {
  const text = fc
    .array(fc.constantFrom('\0', '\u{E000}', '\u{E001}', '\u{E002}', 'a', '"', '\\', '😀'))
    .map((parts) => parts.join(''))

  test('come back as they were, and never hold a NUL in the database', () => {
    fc.assert(
      fc.property(text, (one) => {
        expect(fromStored(toStored(one))).toBe(one)
        expect(toStored(one)).not.toContain('\0')
      }),
    )
  })

  test('as a list escape what would end them', () => {
    expect(textArray(['a"b', 'c\\d', '', 'NULL', '{,}'])).toBe('{"a\\"b","c\\\\d","","NULL","{,}"}')
  })
})
