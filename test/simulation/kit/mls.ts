import type { Conversation, Device, KeyPackagePair, Owner, Pending, Pins, Received } from '@chatnip/crypto/conversation'
import { ConversationError } from '../../../crypto/src/conversation/errors.ts'
import type { ConversationErrorCode } from '../../../crypto/src/conversation/errors.ts'
import type { Mls } from '../../../sdk/src/driver/groups/mls.ts'
import { keyName } from './key-names.ts'

/**
 * Stands in for MLS: epochs, forks, ratchets that read a message once, and people who vouch for their devices answer as the real one does;
 * nothing is encrypted.
 */

interface Leaf extends Owner {
  /** The key that vouches for it. */
  readonly signedBy: string
}

interface Epoch {
  readonly epoch: number
  /** The commits so far: who has others is in another history. */
  readonly agreement: string
  readonly leaves: readonly Leaf[]
  /** By device: the generation that comes next. */
  readonly next: Readonly<Record<string, number>>
}

interface GroupState extends Epoch {
  readonly id: string
  readonly self: Leaf
  readonly past: Epoch | null
}

interface Commit {
  readonly group: string
  readonly epoch: number
  readonly base: string
  readonly agreement: string
  readonly by: Leaf
  readonly added: readonly Leaf[]
  readonly removed: readonly Owner[]
}

interface PackageText {
  readonly id: string
  readonly leaf: Leaf
  readonly isLastResort: boolean
}

interface Made {
  readonly next: Omit<GroupState, 'past'>
  readonly base: string
}

const states = new WeakMap<object, GroupState>()
const made = new WeakMap<object, Made>()
const leaves = new WeakMap<object, Leaf>()
const packages = new WeakMap<object, PackageText>()

const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

function read<T>(bytes: Uint8Array): T {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return refuse('unreadable')
  }
}

const refuse = (code: ConversationErrorCode, accounts: readonly string[] = []): never => {
  throw new ConversationError(code, { accounts })
}

const nameOf = ({ account, device }: Owner): string => `${account}/${device}`
const ownerOf = ({ account, device }: Owner): Owner => ({ account, device })

function of<T>(known: WeakMap<object, T>, value: object): T {
  return known.get(value) ?? refuse('damaged')
}

function show(state: GroupState): Conversation {
  const { id, epoch, agreement, self } = state
  const shown = { id, epoch, agreement, self: ownerOf(self), members: state.leaves.map(ownerOf) }
  states.set(shown, state)
  return shown
}

/** All who are not known are told at once; who is known and did not sign is refused. */
function checkLeaves(list: readonly Leaf[], pins: Pins): void {
  const unknown = list.filter(({ account }) => !pins.has(account)).map(({ account }) => account)
  if (unknown.length > 0) refuse('not_pinned', [...new Set(unknown)])
  for (const { account, signedBy } of list) {
    if (!(pins.get(account) ?? []).some((key) => keyName(key) === signedBy)) refuse('not_vouched', [account])
  }
}

/** @param about whose device it is, under which key; `random` makes ids */
export const standInMls = (
  about: { readonly account: string; readonly device: string; readonly key: string },
  random: () => number,
): Mls => {
  const digits = (count: number): string =>
    Array.from({ length: count }, () => 'abcdefghijklmnopqrstuvwxyz012345'[Math.floor(random() * 32)]).join('')
  const leaf: Leaf = { account: about.account, device: about.device, signedBy: about.key }
  const deviceOf = (known: Leaf): Device => {
    const device = ownerOf(known)
    leaves.set(device, known)
    return device
  }
  const pairOf = (text: PackageText): KeyPackagePair => {
    const pair = { id: text.id, keyPackage: bytesOf(text) }
    packages.set(pair, text)
    return pair
  }
  return {
    makeDevice: async () => deviceOf(leaf),
    saveDevice: async (device) => bytesOf(of(leaves, device)),
    loadDevice: async (saved) => deviceOf(read<Leaf>(saved)),
    makeKeyPackage: async (device, { isLastResort = false }) =>
      pairOf({ id: digits(12), leaf: of(leaves, device), isLastResort }),
    saveKeyPackage: async ({ keyPackage }) => keyPackage,
    loadKeyPackage: async (saved) => pairOf(read<PackageText>(saved)),
    readKeyPackage: async (bytes, pins) => {
      const { id, leaf: owner, isLastResort } = read<PackageText>(bytes)
      checkLeaves([owner], pins)
      return { ...ownerOf(owner), id, isLastResort, notBefore: 0, notAfter: Infinity }
    },
    welcomedKeyPackages: async (welcome) => read<{ packages: string[] }>(welcome).packages,
    createConversation: async (device, _now, isOfMany) => {
      const self = of(leaves, device)
      // What stands for the first bit of a real one.
      const id = `${isOfMany ? 'z' : 'a'}${digits(21)}`
      return show({ id, epoch: 0, agreement: id, leaves: [self], next: {}, self, past: null })
    },
    addDevices: async (conversation, keyPackages, pins) => {
      const read_ = keyPackages.map((bytes) => read<PackageText>(bytes))
      const added = read_.map((one) => one.leaf)
      checkLeaves(added, pins)
      const state = of(states, conversation)
      if (added.some((one) => state.leaves.some((there) => nameOf(there) === nameOf(one)))) refuse('already_member')
      return commitOf(state, { added, removed: [], packages: read_.map(({ id }) => id) }, digits(6))
    },
    removeDevices: async (conversation, owners) =>
      commitOf(of(states, conversation), { added: [], removed: owners, packages: [] }, digits(6)),
    updateKeys: async (conversation) =>
      commitOf(of(states, conversation), { added: [], removed: [], packages: [] }, digits(6)),
    sealWithin: async (pending, bytes) => {
      const { next, base } = of(made, pending)
      const { state, message } = sealIn({ ...next, past: null }, bytes)
      const { past: _, ...moved } = state
      const value = { ...pending }
      made.set(value, { next: moved, base })
      return { pending: value, message }
    },
    adopt: (pending, current) => {
      const { next, base } = of(made, pending)
      const before = of(states, current)
      if (before.agreement !== base) refuse('epoch_past')
      return { conversation: show({ ...next, past: before }), spent: [] }
    },
    savePending: async (pending) =>
      bytesOf({ pending: { ...pending, commit: [], welcome: null }, made: of(made, pending) }),
    loadPending: async (saved) => {
      const { pending, made: known } = read<{ pending: Pending & { commit: number[] }; made: Made }>(saved)
      const value: Pending = { ...pending, commit: new Uint8Array(pending.commit) }
      made.set(value, known)
      return value
    },
    joinByWelcome: async (welcome, pair, pins) => {
      const { packages: ids, state } = read<{ packages: string[]; state: Omit<GroupState, 'self' | 'past'> }>(welcome)
      if (!ids.includes(pair.id)) refuse('not_for_us')
      checkLeaves(state.leaves, pins)
      return show({ ...state, self: of(packages, pair).leaf, past: null })
    },
    receive: async (conversation, wire, pins) => receive(of(states, conversation), read(wire), pins),
    sealMessage: async (conversation, bytes) => {
      const { state, message } = sealIn(of(states, conversation), bytes)
      return { conversation: show(state), message, spent: [] }
    },
    saveConversation: async (conversation) => {
      const state = of(states, conversation)
      return { steady: bytesOf({ id: state.id, epoch: state.epoch }), moving: bytesOf(state) }
    },
    saveMoving: async (conversation) => bytesOf(of(states, conversation)),
    loadConversation: async ({ steady, moving }, id) => {
      const [first, state] = [read<{ id: string; epoch: number }>(steady), read<GroupState>(moving)]
      if (first.id !== id || first.epoch !== state.epoch) refuse('damaged')
      return show(state)
    },
    wipe: () => {},
    supply: { few: 2, full: 3 },
  }
}

function sealIn(state: GroupState, bytes: Uint8Array): { readonly state: GroupState; readonly message: Uint8Array } {
  const from = nameOf(state.self)
  const generation = state.next[from] ?? 0
  const { id: group, epoch, agreement } = state
  const readers = state.leaves.map(nameOf)
  const text = new TextDecoder().decode(bytes)
  const message = bytesOf({ group, epoch, agreement, from, generation, readers, text })
  return { state: { ...state, next: { ...state.next, [from]: generation + 1 } }, message }
}

interface Wanted {
  readonly added: readonly Leaf[]
  readonly removed: readonly Owner[]
  readonly packages: readonly string[]
}

function commitOf(state: GroupState, { added, removed, packages: ids }: Wanted, nonce: string): Pending {
  const { id: group, epoch, agreement: base, self: by } = state
  const commit: Commit = { group, epoch, base, agreement: `${base}>${nonce}`, by, added, removed }
  const { past: _, ...next } = after(state, commit)
  const { self, ...shared } = next
  const pending: Pending = {
    id: group,
    epoch,
    commit: bytesOf(commit),
    welcome: added.length === 0 ? null : bytesOf({ packages: ids, state: shared }),
    change: { by: ownerOf(self), added: added.map(ownerOf), removed: removed.map(ownerOf), isExternal: false },
  }
  made.set(pending, { next, base })
  return pending
}

function after(state: GroupState, { agreement, added, removed }: Commit): GroupState {
  const out = new Set(removed.map(nameOf))
  const stay = state.leaves.filter((one) => !out.has(nameOf(one)))
  const { epoch, leaves: before, next, agreement: old } = state
  const past: Epoch = { epoch, leaves: before, next, agreement: old }
  return { ...state, epoch: epoch + 1, agreement, leaves: [...stay, ...added], next: {}, past }
}

export interface Message {
  readonly group: string
  readonly epoch: number
  readonly agreement: string
  readonly from: string
  readonly generation: number
  /** For whoever watches: who is able to read it. */
  readonly readers: readonly string[]
  readonly text: string
}

function receive(state: GroupState, wire: Message | Commit, pins: Pins): Received {
  if (wire.group !== state.id) refuse('other_conversation')
  if (wire.epoch > state.epoch) refuse('epoch_ahead')
  return 'text' in wire ? receiveMessage(state, wire) : receiveCommit(state, wire, pins)
}

function receiveMessage(state: GroupState, message: Message): Received {
  const { past } = state
  const isPast = message.epoch < state.epoch
  const epoch: Epoch | null = isPast ? past : state
  if (epoch === null || epoch.epoch !== message.epoch) return refuse('epoch_past')
  if (epoch.agreement !== message.agreement) refuse('forged')
  const from = epoch.leaves.find((one) => nameOf(one) === message.from)
  if (message.from === nameOf(state.self)) refuse('own_message')
  if (from === undefined || !state.leaves.some((one) => nameOf(one) === message.from)) return refuse('not_a_member')
  if (message.generation < (epoch.next[message.from] ?? 0)) refuse('already_read')
  const next = { ...epoch.next, [message.from]: message.generation + 1 }
  const moved = isPast && past !== null ? { ...state, past: { ...past, next } } : { ...state, next }
  const bytes = new TextEncoder().encode(message.text)
  return { kind: 'message', conversation: show(moved), from: ownerOf(from), epoch: message.epoch, bytes, spent: [] }
}

function receiveCommit(state: GroupState, commit: Commit, pins: Pins): Received {
  if (commit.epoch < state.epoch) refuse('epoch_past')
  if (commit.base !== state.agreement) refuse('forged')
  if (nameOf(commit.by) === nameOf(state.self)) refuse('own_message')
  if (!state.leaves.some((one) => nameOf(one) === nameOf(commit.by))) refuse('not_a_member')
  checkLeaves([commit.by, ...commit.added], pins)
  if (commit.removed.some((one) => nameOf(one) === nameOf(state.self))) {
    return { kind: 'removed', by: ownerOf(commit.by) }
  }
  const change = {
    by: ownerOf(commit.by),
    added: commit.added.map(ownerOf),
    removed: commit.removed,
    isExternal: false,
  }
  return { kind: 'commit', conversation: show(after(state, commit)), ...change, spent: [] }
}
