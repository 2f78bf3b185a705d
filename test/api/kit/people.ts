import { readFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { call, exchange } from './exchange.ts'
import type { Answer } from './exchange.ts'
import { isRecord } from './schema.ts'

/** Somebody with an account and a session. */
export interface Person {
  readonly name: string
  readonly password: string
  readonly publicKey: string
  readonly session: string
  /** Of a device session. */
  readonly device: string | null
}

const BANK = new URL('../../../server/questions.txt', import.meta.url)

/** Reads the sentence as a person would: knowing the answer. */
export function answerTo(question: string): string {
  const line = readFileSync(BANK, 'utf8')
    .split('\n')
    .find((one) => one.startsWith(`${question}|`))
  if (line === undefined) throw new Error(`Nobody knows the answer to "${question}".`)
  return line.slice(question.length + 1)
}

/** A question with its right answer, as create_user wants it. */
export function knownBlanks(): { question: string; answer: string } {
  const [question = '', answer = ''] = (
    readFileSync(BANK, 'utf8')
      .split('\n')
      .find((line) => line.includes('|') && !line.startsWith('#')) ?? ''
  ).split('|')
  return { question, answer }
}

export const parsed = (answer: Answer): Record<string, unknown> => {
  const value: unknown = JSON.parse(answer.text)
  if (!isRecord(value)) throw new Error(`Not an object: ${answer.text}`)
  return value
}

export function must(answer: Answer): Answer {
  if (answer.status === 200) return answer
  throw new Error(`Expected 200, not ${answer.status}: ${answer.text}`)
}

let made = 0
/** A name that no other test of this process has. */
export const newName = (stem: string): string => `${stem}${(made += 1)}`

export const RECOVERY_PROOF = 'a proof of the recovery code'
export const WRAPPED = { by_password: 'wrapped once', by_recovery: 'wrapped twice', recovery_proof: RECOVERY_PROOF }

export async function makeAccount(base: string, name: string): Promise<Omit<Person, 'session' | 'device'>> {
  const account = { name, password: `the password of ${name}`, publicKey: `the key of ${name}` }
  const { password, publicKey } = account
  const blanks = { dict_fill_in_the_blanks: knownBlanks(), wrapped_keys: WRAPPED }
  must(await call(base, 'create_user', { username: name, password, public_key: publicKey, ...blanks }))
  return account
}

export async function logIn(
  base: string,
  account: { readonly name: string; readonly password: string },
  device?: { readonly name: string; readonly id?: string },
): Promise<{ session: string; device: string | null }> {
  const body = { username: account.name, password: account.password, ...(device === undefined ? {} : { device }) }
  const reply = parsed(must(await call(base, 'authenticate', body)))
  return {
    session: String(reply['session_id']),
    device: typeof reply['device_id'] === 'string' ? reply['device_id'] : null,
  }
}

/** @param device its name; without it the session is a plain one */
export async function makePerson(base: string, stem: string, device?: string): Promise<Person> {
  const account = await makeAccount(base, newName(stem))
  return { ...account, ...(await logIn(base, account, device === undefined ? undefined : { name: device })) }
}

export const messageTo = (destname: string, message_text: string) => ({
  destname,
  message_text,
  timestamp: 1_795_000_000,
  id: randomUUID(),
})

interface FormOptions {
  readonly field?: string
  readonly name?: string
  readonly type?: string
  /** Fields that stand before the file. */
  readonly fields?: Readonly<Record<string, string>>
}

/** A multipart form with one file, made by hand so that a test may break it. */
export function form(
  file: Uint8Array,
  { field = 'avatar', name = 'cat.png', type = 'image/png', fields = {} }: FormOptions = {},
) {
  const boundary = 'the-form-of-a-test'
  const part = (disposition: string) => `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n`
  const before = Object.entries(fields).map(([key, value]) => `${part(`name="${key}"`)}\r\n${value}\r\n`)
  const head = `${before.join('')}${part(`name="${field}"; filename="${name}"`)}Content-Type: ${type}\r\n\r\n`
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([Buffer.from(head), file, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  }
}

/** A real PNG, one pixel. */
export const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

export function uploadAvatar(base: string, session: string, file: Uint8Array = PIXEL): Promise<Answer> {
  const { headers, body } = form(file)
  const bearer = { accept: 'application/json', authorization: `Bearer ${session}` }
  return exchange(base, { path: '/upload_avatar', headers: { ...headers, ...bearer }, body })
}
