import {
  addDevices,
  adopt,
  createConversation,
  joinByWelcome,
  makeKeyPackage,
  receive,
  saveConversation,
  sealMessage,
  updateKeys,
} from '../../crypto/src/conversation/index.ts'
import type { Conversation, KeyPackagePair } from '../../crypto/src/conversation/index.ts'
import { deviceOf, makeKey, NOW, OPTIONS, PINS } from '../../crypto/src/conversation/testing.ts'

/** What a conversation costs its devices, in whatever runs this: Node, or the page that `conversation-page.ts` is. */

const TEXT = new TextEncoder().encode('x'.repeat(200))
const TEXTS = 100

interface Two {
  readonly one: Conversation
  readonly other: Conversation
}

/** @param devices how many there are, of three accounts by turns @returns sizes in bytes, times in ms, rates per second */
export async function measureConversation(devices: number): Promise<Record<string, number>> {
  const founder = await deviceOf('alice', 'first')
  const founded = await createConversation(founder, NOW)
  const others = await Promise.all(Array.from({ length: devices - 1 }, (_, n) => newcomer(n)))
  const adding = await addDevices(
    founded,
    others.map(({ keyPackage }) => keyPackage),
    OPTIONS,
  )
  const welcome = adding.welcome ?? new Uint8Array()
  const pair = others[0]
  if (pair === undefined) throw new RangeError('A conversation is between two devices at least.')
  const [joinMs, other] = await timed(() => joinByWelcome(welcome, pair, PINS))
  const renewed = await measureUpdate({ one: adopt(adding, founded).conversation, other })
  const spoken = await measureTexts(renewed)
  const { steady, moving } = await saveConversation(renewed.one, await makeKey())
  return {
    welcomeBytes: welcome.length,
    joinMs,
    ...renewed.figures,
    ...spoken,
    savedBytes: steady.length,
    savedEachTimeBytes: moving.length,
  }
}

async function newcomer(n: number): Promise<KeyPackagePair> {
  const account = (['bob', 'mallory', 'alice'] as const)[n % 3] ?? 'bob'
  return makeKeyPackage(await deviceOf(account, `device-${n}`), { now: NOW, days: 30 })
}

async function measureUpdate({ one, other }: Two) {
  const [updateMs, pending] = await timed(() => updateKeys(one))
  const [updateReadMs, heard] = await timed(() => receive(other, pending.commit, PINS))
  if (heard.kind !== 'commit') throw new Error(`an update came out as ${heard.kind}`)
  const figures = { updateBytes: pending.commit.length, updateMs, updateReadMs }
  return { one: adopt(pending, one).conversation, other: heard.conversation, figures }
}

async function measureTexts({ one, other }: Two) {
  let [sender, reader] = [one, other]
  const sealed: Uint8Array[] = []
  const [sealMs] = await timed(async () => {
    for (let n = 0; n < TEXTS; n += 1) {
      const { conversation, message } = await sealMessage(sender, TEXT)
      sender = conversation
      sealed.push(message)
    }
  })
  const [openMs] = await timed(async () => {
    for (const message of sealed) {
      const { kind, conversation } = await read(reader, message)
      if (kind !== 'message') throw new Error(`a text came out as ${kind}`)
      reader = conversation
    }
  })
  return {
    sealsPerSecond: (TEXTS * 1_000) / sealMs,
    opensPerSecond: (TEXTS * 1_000) / openMs,
    textBytes: sealed[0]?.length ?? 0,
  }
}

async function read(reader: Conversation, message: Uint8Array) {
  const received = await receive(reader, message, PINS)
  if (received.kind === 'removed') throw new Error('a reader was removed by a text')
  return received
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [ms: number, result: T]> {
  const began = performance.now()
  const result = await work()
  return [performance.now() - began, result]
}
