import type { ClientState } from 'ts-mls/clientState.js'
import { unprotectPrivateMessage } from 'ts-mls/messageProtection.js'
import { describe, expect, test } from 'vitest'
import { privateMessageOf, pryPath } from './cheating.ts'
import { removeDevices, updateKeys } from './commits.ts'
import { CONFIG_ALONE } from './judge.ts'
import { sealMessage } from './messages.ts'
import { adopt, loadPending, savePending } from './pending.ts'
import { receive } from './receiving.ts'
import { loadConversation, saveConversation } from './saving.ts'
import { stateOf } from './state.ts'
import type { Conversation } from './state.ts'
import { suite } from './suite.ts'
import { at, deviceOf, makeKey, openRoom, PINS, refusal, say, share, textOf, utf8 } from './testing.ts'
import type { Room } from './testing.ts'

/** Thieves here have the whole state of a device and write their own programs; they do not ask our functions whether they may. */

const [a1, a2, b1, m1] = await Promise.all([
  deviceOf('alice', 'a1'),
  deviceOf('alice', 'a2'),
  deviceOf('bob', 'b1'),
  deviceOf('mallory', 'm1'),
])
const key = await makeKey()

/** What somebody has who copied the device's disk, with the key to it. */
const steal = async (conversation: Conversation): Promise<ClientState> =>
  stateOf(await loadConversation(await saveConversation(conversation, key), key, conversation.id))

/** Opens a message with a stolen state, all ratchets set to any generation that could help. @returns the text, or null */
async function pry(state: ClientState, wire: Uint8Array): Promise<string | null> {
  const message = await privateMessageOf('message', wire)
  const keys = [
    { ...state, senderDataSecret: state.keySchedule.senderDataSecret },
    ...state.historicalReceiverData.values(),
  ]
  for (const { senderDataSecret, secretTree, ratchetTree, groupContext } of keys) {
    for (let generation = 0; generation < 5; generation++) {
      const rewound = secretTree.map((node) => ({ ...node, application: { ...node.application, generation } }))
      for (const tree of [secretTree, rewound]) {
        try {
          const config = CONFIG_ALONE.keyRetentionConfig
          const cs = await suite()
          const opened = await unprotectPrivateMessage(
            senderDataSecret,
            message,
            tree,
            ratchetTree,
            groupContext,
            config,
            cs,
          )
          if (opened.content.content.contentType === 'application')
            return textOf(opened.content.content.applicationData)
        } catch {
          // The next try.
        }
      }
    }
  }
  return null
}

describe('forward secrecy', () => {
  test('a state stolen after reading opens nothing that was read', async () => {
    let room = await openRoom([a1, a2, b1])
    const wires: Uint8Array[] = []
    for (const text of ['one', 'two', 'three']) {
      const { conversation, message } = await sealMessage(at(room, 'a1'), utf8(text))
      const thief = await steal(at(room, 'b1'))
      expect(await pry(thief, message)).toBe(text) // Control: before it was read, the very same thief opens it.
      const read = await receive(at(room, 'b1'), message, PINS)
      if (read.kind !== 'message') throw new TypeError(read.kind)
      room = { ...room, a1: conversation, b1: read.conversation }
      wires.push(message)
      for (const wire of wires) expect(await pry(await steal(read.conversation), wire)).toBeNull()
      // Nor does the sender's own.
      for (const wire of wires) expect(await pry(await steal(conversation), wire)).toBeNull()
    }
  })

  test('nor what was skipped', async () => {
    const room = await openRoom([a1, b1])
    const skipped = await sealMessage(at(room, 'a1'), utf8('skipped'))
    const next = await sealMessage(skipped.conversation, utf8('next'))
    const read = await receive(at(room, 'b1'), next.message, PINS)
    if (read.kind !== 'message') throw new TypeError(read.kind)
    expect(await pry(await steal(at(room, 'b1')), skipped.message)).toBe('skipped')
    expect(await pry(await steal(read.conversation), skipped.message)).toBeNull()
    expect(await refusal(receive(read.conversation, skipped.message, PINS))).toBe('already_read')
  })

  test('nor what was read while a commit of one’s own was on its way', async () => {
    const room = await openRoom([a1, b1])
    const pending = await updateKeys(at(room, 'b1'))
    const { message } = await sealMessage(at(room, 'a1'), utf8('meanwhile'))
    const read = await receive(at(room, 'b1'), message, PINS)
    if (read.kind !== 'message') throw new TypeError(read.kind)
    expect(await pry(await steal(at(room, 'b1')), message)).toBe('meanwhile')
    const loaded = await loadPending(await savePending(pending, key), key, pending.id)
    for (const one of [pending, loaded]) {
      expect(await pry(await steal(adopt(one, read.conversation).conversation), message)).toBeNull()
    }
    // Control: adopted over what was before it was read, the key would be there still.
    expect(await pry(await steal(adopt(pending, at(room, 'b1')).conversation), message)).toBe('meanwhile')
  })

  test('nor what was never read of an epoch that is two commits ago', async () => {
    let room = await openRoom([a1, a2, b1])
    const { message } = await sealMessage(at(room, 'a1'), utf8('unread'))
    const after = async () => {
      room = await share(room, 'a2', await updateKeys(at(room, 'a2')))
      return pry(await steal(at(room, 'b1')), message)
    }
    expect(await after()).toBe('unread')
    expect(await after()).toBeNull()
  })
})

describe('after an update the thief is out', () => {
  test('and stays out; before it, was in', async () => {
    let room: Room = await openRoom([a1, a2, b1, m1])
    const thief = await steal(at(room, 'b1'))
    // Control: a commit of somebody else's lets the thief's copy follow.
    const follows = await updateKeys(at(room, 'a1'))
    const opened = await pryPath(thief, follows.commit, adopt(follows, at(room, 'a1')).conversation)
    expect(opened).toBeGreaterThan(0)
    const update = await updateKeys(at(room, 'b1'))
    expect(await pryPath(thief, update.commit, adopt(update, at(room, 'b1')).conversation)).toBe(0)
    room = await share(room, 'b1', update)
    for (const from of ['a1', 'b1']) {
      const { message } = await sealMessage(at(room, from), utf8('thief is out'))
      expect(await pry(thief, message)).toBeNull()
    }
    expect((await say(room, 'a1', 'all well')).read).toMatchObject({ b1: 'a1: all well' })
  })
})

describe('a removed member finds no way into the next epoch', () => {
  test('every removal carries new secrets, and none for who goes', async () => {
    // 1.6.2 and 2.0.0-rc.10 of the library made no new secrets when one member alone was removed.
    const room = await openRoom([a1, a2, b1, m1])
    const pending = await removeDevices(at(room, 'a1'), [m1])
    const next = adopt(pending, at(room, 'a1')).conversation
    expect(await pryPath(await steal(at(room, 'm1')), pending.commit, next)).toBe(0)
    // Control: who stays opens one.
    expect(await pryPath(await steal(at(room, 'b1')), pending.commit, next)).toBe(1)
    const { message } = await sealMessage(next, utf8('without you'))
    expect(await pry(await steal(at(room, 'm1')), message)).toBeNull()
  })
})
