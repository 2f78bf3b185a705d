import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ConfigError, prepareDataFolder, readConfig, SETTINGS } from './config.ts'
import { openQuestions } from './accounts/questions.ts'

test('everything has a default, and the result cannot be changed', () => {
  const config = readConfig({})
  expect(config).toMatchObject({ host: '127.0.0.1', port: 5_000, signup: 'open', sessionMinutes: 5, retentionDays: 30 })
  expect(config.publicUrl).toBeNull()
  expect(config.trustProxy).toBeNull()
  expect(Object.isFrozen(config)).toBe(true)
})

test('an empty variable is as good as none', () => {
  expect(readConfig({ PORT: ' ', CHATNIP_SIGNUP: '' })).toEqual(readConfig({}))
})

test.each([
  ['PORT', '70000'],
  ['PORT', '-1'],
  ['PORT', '5e3'],
  ['CHATNIP_SIGNUP', 'maybe'],
  ['CHATNIP_PUBLIC_URL', 'chat.example.org'],
  ['CHATNIP_PUBLIC_URL', 'https://chat.example.org/somewhere'],
  ['CHATNIP_SESSION_MINUTES', '0'],
  ['CHATNIP_RETENTION_DAYS', 'ever'],
  ['CHATNIP_TRUST_PROXY', 'yes'],
  ['CHATNIP_TRUST_PROXY', '10.0.0.0/33'],
  ['CHATNIP_RATE_LIMITS', 'no'],
  ['CHATNIP_LOG', 'everything'],
  ['CHATNIP_FILES', 'a/relative/path'],
  ['CHATNIP_FILES', 'https://s3.example.org/cats'],
  ['CHATNIP_FILES', 'https://KEY:SECRET@s3.example.org/cats?bucket=x'],
  ['CHATNIP_FILES', 'https://KEY:SEC%RET@s3.example.org/cats'],
  ['CHATNIP_FILES', 'ftp://KEY:SECRET@s3.example.org/cats'],
  ['CHATNIP_QUOTA_MB', '0'],
])('%s=%s is refused with one sentence that names it', (key, value) => {
  expect(() => readConfig({ [key]: value })).toThrow(ConfigError)
  expect(() => readConfig({ [key]: value })).toThrow(new RegExp(`^${key} .*\\.$`))
})

test('a public address is kept as an origin', () => {
  expect(readConfig({ CHATNIP_PUBLIC_URL: 'https://Chat.example.org:443/' }).publicUrl).toBe('https://chat.example.org')
})

test('files lie in a folder, or in a bucket whose secret may hold anything', () => {
  expect(readConfig({ CHATNIP_FILES: '/mnt/shared' }).files).toEqual({ folder: '/mnt/shared' })
  // One folder has one name, however it was written: others are told from it by it.
  for (const text of ['/mnt/shared/', '/mnt//shared', '/mnt/./shared', '/mnt/x/../shared/'])
    expect(readConfig({ CHATNIP_FILES: text }).files).toEqual({ folder: '/mnt/shared' })
  const bucket = readConfig({
    CHATNIP_FILES: 'https://KEY:a%2Fb%2Bc%25@s3.example.org/cats/?region=eu-central-1',
  }).files
  const base = 'https://s3.example.org/cats'
  expect(bucket).toEqual({ s3: { base, region: 'eu-central-1', keyId: 'KEY', secret: 'a/b+c%' } })
  // A secret that was mistyped does not come back in a sentence that somebody shows around.
  expect(() => readConfig({ CHATNIP_FILES: 'https://KEY:SEC%RET@s3.example.org/' })).not.toThrow(/SEC%RET/)
})

test('proxies are addresses, networks, or loopback', () => {
  const proxies = readConfig({ CHATNIP_TRUST_PROXY: 'loopback, 10.0.0.0/8' }).trustProxy
  expect(proxies?.check('127.0.0.1')).toBe(true)
  expect(proxies?.check('10.9.8.7')).toBe(true)
  expect(proxies?.check('11.0.0.1')).toBe(false)
  expect(proxies?.check('::1', 'ipv6')).toBe(true)
})

test('each setting says why it is there', () => {
  for (const { key, reason } of Object.values(SETTINGS))
    expect([key, reason]).toEqual([key, expect.stringMatching(/\.$/)])
})

test('a folder that cannot be made is one sentence, and soon', () => {
  expect(() => prepareDataFolder('/proc/nowhere/chatnip')).toThrow(/^The folder .* cannot be written\./)
})

test('questions come from the file that was named, and a bad line is told', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chatnip-questions-'))
  const file = join(folder, 'bank')
  writeFileSync(file, '# ours\n\n Two and two make ____. | Four \n')
  const questions = openQuestions(file)
  expect(questions.ask()).toBe('Two and two make ____.')
  expect(questions.isRight('two AND two make ____. ', '  fouR')).toBe(true)
  expect(questions.isRight('Two and two make ____.', 'five')).toBe(false)
  expect(questions.isRight('Unknown?', 'four')).toBe(false)
  writeFileSync(file, 'no answer here\n')
  expect(() => openQuestions(file)).toThrow(/question\|answer/)
  writeFileSync(file, '# nothing\n')
  expect(() => openQuestions(file)).toThrow(ConfigError)
  rmSync(folder, { recursive: true })
})

test('our own bank has a dozen questions with a blank', () => {
  const questions = openQuestions(null)
  const asked = new Set(Array.from({ length: 500 }, () => questions.ask()))
  expect(asked.size).toBeGreaterThanOrEqual(12)
  for (const question of asked) expect(question).toContain('____')
})
