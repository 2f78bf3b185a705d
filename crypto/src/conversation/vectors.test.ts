import { expect, test } from 'vitest'
import vectors from '../../vectors/conversation.json' with { type: 'json' }
import { decodeStrictly } from '../bytes.ts'
import type { Bytes } from '../bytes.ts'
import { joinByWelcome, loadConversation, loadKeyPackage, receive } from './index.ts'
import type { Conversation } from './index.ts'
import { PINS, refusal, textOf } from './testing.ts'

/**
 * What an earlier Chatnip wrote and sent, as bytes: a library or a format that can't read it any more would take people's conversations
 * from them. `test/conversations/vectors-program.ts` made them. The working group's own vectors speak other suites.
 */

const bytes = (text: string): Bytes => {
  const decoded = decodeStrictly(text)
  if (decoded === null) throw new TypeError('The vectors are not base64url.')
  return decoded
}

const box = await crypto.subtle.importKey('raw', bytes(vectors.box), 'AES-GCM', false, ['encrypt', 'decrypt'])
const [first, second] = vectors.messages

/** Hears all that was said, up to the removal. */
async function hear(begun: Conversation): Promise<readonly string[]> {
  const said: string[] = []
  let conversation = begun
  for (const wire of [first?.wire, vectors.renewal, second?.wire]) {
    const received = await receive(conversation, bytes(wire ?? ''), PINS)
    if (received.kind === 'removed') throw new TypeError('Nobody was removed there.')
    if (received.kind === 'message')
      said.push(`${received.from.account} ${received.from.device}: ${textOf(received.bytes)}`)
    conversation = received.conversation
  }
  expect(conversation.agreement).toBe(vectors.agreements[1])
  expect((await receive(conversation, bytes(vectors.removal), PINS)).kind).toBe('removed')
  return said
}

const SAID = vectors.messages.map(({ from, text }) => `${from}: ${text}`)

test('a key package kept by an earlier Chatnip opens its welcome, and all that followed is heard', async () => {
  const pair = await loadKeyPackage(bytes(vectors.key_package), box)
  const conversation = await joinByWelcome(bytes(vectors.welcome), pair, PINS)
  expect(conversation).toMatchObject({ id: vectors.id, epoch: 1, agreement: vectors.agreements[0] })
  expect(await hear(conversation)).toEqual(SAID)
})

test('a conversation kept by an earlier Chatnip goes on', async () => {
  const saved = { steady: bytes(vectors.saved.steady), moving: bytes(vectors.saved.moving) }
  expect(await hear(await loadConversation(saved, box, vectors.id))).toEqual(SAID)
})

test('with one bit turned none of it is taken: a control', async () => {
  const turned = (text: string): Bytes => {
    const all = bytes(text)
    all[all.length >> 1] = (all[all.length >> 1] ?? 0) ^ 1
    return all
  }
  const saved = { steady: bytes(vectors.saved.steady), moving: bytes(vectors.saved.moving) }
  const conversation = await loadConversation(saved, box, vectors.id)
  expect(await refusal(receive(conversation, turned(first?.wire ?? ''), PINS))).not.toBe('accepted')
  expect(await refusal(receive(conversation, turned(vectors.renewal), PINS))).not.toBe('accepted')
  expect(await refusal(loadConversation({ ...saved, steady: turned(vectors.saved.steady) }, box, vectors.id))).toBe(
    'damaged',
  )
  expect(await refusal(loadKeyPackage(turned(vectors.key_package), box))).toBe('damaged')
})
