import { randomBytes, randomUUID } from 'node:crypto'
import { ENDPOINTS, LIMITS } from '@chatnip/protocol'
import type { Endpoint, EndpointName } from '@chatnip/protocol'
import { call, exchange } from './exchange.ts'
import type { Answer } from './exchange.ts'
import {
  form,
  knownBlanks,
  logIn,
  makePerson,
  messageTo,
  must,
  newName,
  parsed,
  PIXEL,
  RECOVERY_PROOF,
  WRAPPED,
} from './people.ts'
import type { Person } from './people.ts'

export const rowOf = (name: EndpointName): Endpoint => ENDPOINTS[name]

/** Who asks, and somebody else. */
export interface Two {
  readonly base: string
  readonly alice: Person
  readonly bob: Person
}

export type Body = Record<string, unknown>

/** A request that is answered 200, and optional fields that are of the right form, whatever their answer. */
interface Sample {
  readonly valid: (two: Two) => Body | Promise<Body>
  readonly also?: (two: Two) => Body
}

const nothing: Sample = { valid: () => ({}) }

async function otherSession({ base, alice }: Two): Promise<string> {
  await logIn(base, alice)
  const { sessions } = parsed(await call(base, 'list_sessions', {}, { session: alice.session }))
  const other = (Array.isArray(sessions) ? sessions : []).find((one: { current?: boolean }) => one.current === false)
  return String(other?.handle)
}

export const newBlobId = (): string => randomBytes(32).toString('base64url')

/** A blob of alice's for which one part, the usual file of these tests, is all. */
async function begunBlob({ base, alice }: Two): Promise<string> {
  const id = newBlobId()
  must(await call(base, 'begin_blob', { id, size: PIXEL.length }, { session: alice.session }))
  return id
}

async function wholeBlob(two: Two): Promise<string> {
  const id = await begunBlob(two)
  must(await ask(two.base, 'upload_blob_part', { id, offset: 0 }, two.alice.session))
  return id
}

/** One for each row of the table: a new endpoint without a sample does not compile. */
export const SAMPLES: Readonly<Record<EndpointName, Sample>> = {
  create_user: {
    valid: () => ({
      username: newName('newcomer'),
      password: 'a password of a newcomer',
      public_key: 'a key',
      dict_fill_in_the_blanks: knownBlanks(),
      wrapped_keys: WRAPPED,
    }),
    also: () => ({ proof_of_work: 'none', invite: 'none' }),
  },
  authenticate: {
    valid: ({ alice }) => ({ username: alice.name, password: alice.password }),
    also: () => ({ device: { name: 'a browser', id: 'x'.repeat(32) }, cookie: false }),
  },
  upload_message: { valid: ({ bob }) => messageTo(bob.name, 'hello') },
  download_messages: { valid: () => ({}), also: () => ({ after: 0, wait: 0 }) },
  get_public_key: { valid: ({ bob }) => ({ username: bob.name }) },
  delete_user: { valid: ({ alice }) => ({ password: alice.password }) },
  reset_password: {
    valid: ({ alice }) => ({ old_password: alice.password, new_password: 'another password' }),
    also: () => ({ wrapped_keys: WRAPPED }),
  },
  reset_public_key: {
    valid: ({ alice }) => ({ password: alice.password, new_public_key: 'another key' }),
    also: () => ({ wrapped_keys: WRAPPED }),
  },
  upload_avatar: nothing,
  delete_avatar: nothing,
  get_avatar: { valid: ({ bob }) => ({ username: bob.name }) },
  get_server_info: nothing,
  get_fill_in_the_blanks: nothing,
  get_challenge: nothing,
  send_message: {
    valid: ({ bob }) => ({
      id: randomUUID(),
      timestamp: 1_795_000_000,
      to: [{ username: bob.name, message_text: 'hello' }],
    }),
    also: () => ({
      text: 'for whoever has none',
      group: { id: 'a-group-of-128-bits-22', epoch: 0, commit: true },
      expires_in: 3_600,
      quiet: true,
    }),
  },
  end_session: { valid: () => ({}), also: () => ({ forget_device: false }) },
  list_sessions: nothing,
  revoke_session: { valid: async (two) => ({ handle: await otherSession(two) }) },
  register_device: { valid: () => ({ name: 'a laptop' }) },
  list_devices: nothing,
  what_is_known: nothing,
  revoke_device: {
    valid: async ({ base, alice }) => ({ device_id: (await logIn(base, alice, { name: 'to be revoked' })).device }),
  },
  store_wrapped_keys: { valid: ({ alice }) => ({ password: alice.password, wrapped_keys: WRAPPED }) },
  fetch_wrapped_keys: nothing,
  fetch_recovery: { valid: ({ alice }) => ({ username: alice.name, recovery_proof: RECOVERY_PROOF }) },
  upload_key_packages: {
    valid: () => ({ key_packages: [`a-key-package-${randomUUID()}`] }),
    also: () => ({ last_resort: 'a-last-resort' }),
  },
  count_key_packages: nothing,
  claim_key_packages: { valid: ({ bob }) => ({ destname: bob.name }) },
  begin_blob: { valid: () => ({ id: newBlobId(), size: 70 }), also: () => ({ expires_in: 3_600, own: true }) },
  upload_blob_part: { valid: async (two) => ({ id: await begunBlob(two), offset: 0 }) },
  download_blob: { valid: async (two) => ({ id: await wholeBlob(two) }), also: () => ({ offset: 0, length: 8 }) },
  delete_blob: { valid: async (two) => ({ id: await begunBlob(two) }) },
  get_push_key: nothing,
  set_push: { valid: () => ({ endpoint: `https://fcm.googleapis.com/fcm/send/${randomUUID()}` }) },
  end_push: nothing,
  test_push: nothing,
  recover_account: {
    valid: ({ alice }) => ({
      username: alice.name,
      recovery_proof: RECOVERY_PROOF,
      new_password: 'a new password',
      wrapped_keys: WRAPPED,
    }),
    also: () => ({ new_public_key: 'a new key' }),
  },
}

/** Limits in bytes of UTF-8 by the field's name; JSON Schema counts characters. */
export const BYTE_LIMITS: Readonly<Record<string, number>> = {
  message_text: LIMITS.messageTextBytes,
  text: LIMITS.messageTextBytes,
  by_password: LIMITS.wrappedKeyBytes,
  by_recovery: LIMITS.wrappedKeyBytes,
}

/** By what a caller says who it is. */
export interface Credentials {
  readonly headers?: Readonly<Record<string, string>>
  /** Fields of the body: `session_id`, `username`. */
  readonly fields?: Readonly<Record<string, string>>
}

export const bearer = (session: string): Credentials => ({ headers: { authorization: `Bearer ${session}` } })

/** Asks as the table says that it must be asked, with whatever credentials. In a form all is text. */
export function askWith(
  base: string,
  name: EndpointName,
  body: Body,
  { headers = {}, fields = {} }: Credentials,
): Promise<Answer> {
  const { file } = rowOf(name)
  if (file === undefined) return call(base, name, { ...body, ...fields }, { headers })
  const texts = Object.fromEntries(Object.entries(body).map(([key, value]) => [key, String(value)]))
  const sent = form(PIXEL, { field: file.field, fields: { ...texts, ...fields } })
  const all = { ...sent.headers, accept: 'application/json', ...headers }
  return exchange(base, { path: `/${name}`, headers: all, body: sent.body })
}

export const ask = (base: string, name: EndpointName, body: Body, session: string | undefined): Promise<Answer> =>
  askWith(base, name, body, session === undefined ? {} : bearer(session))

export async function makeTwo(base: string, device?: string): Promise<Two> {
  const [alice, bob] = await Promise.all([makePerson(base, 'alice', device), makePerson(base, 'bob', device)])
  return { base, alice, bob }
}

/** The kind of session that an endpoint wants, as `makePerson` and `makeTwo` take it. */
export const deviceFor = (name: EndpointName): string | undefined =>
  rowOf(name).caller === 'device' ? 'a browser' : undefined

/** The session that a request of this endpoint travels with: none where none is asked for. */
export const sessionFor = (name: EndpointName, person: Person): string | undefined =>
  rowOf(name).caller === 'anyone' ? undefined : person.session
