import {
  addDevices,
  adopt,
  ConversationError,
  createConversation,
  groupInfo,
  joinByWelcome,
  joinExternally,
  loadConversation,
  loadPending,
  makeDevice,
  makeKeyPackage,
  receive,
  removeDevices,
  saveConversation,
  savePending,
  sealMessage,
  updateKeys,
  wipe,
} from '../../crypto/src/conversation/index.ts'
import type { Conversation, Device, Pending } from '../../crypto/src/conversation/index.ts'
import { IDENTITIES, NOW, OPTIONS, PINS } from '../../crypto/src/conversation/testing.ts'
import type { Account } from '../../crypto/src/conversation/testing.ts'
import { makeRandom } from './random.ts'
import type { Random } from './random.ts'

/**
 * A conversation whose devices come, go, lose their states, and change it all at once, over a server that takes one commit an epoch and
 * keeps one order. Devices lag behind and catch up when they like. The schedule follows from the seed; keys are random.
 */

export interface SoakOptions {
  readonly seed: number
  /** Accepted ones. */
  readonly commits: number
  /** Devices at most. */
  readonly members: number
}

export interface SoakResult {
  readonly commits: number
  readonly lost: number
  readonly messages: number
  readonly read: number
  readonly peak: number
  /** What went wrong first, or null. */
  readonly story: string | null
}

interface Entry {
  readonly kind: 'commit' | 'message'
  readonly wire: Uint8Array
  readonly epoch: number
  readonly from: string
  /** For a message: who could read it when it was taken, and has to. */
  readonly readers: ReadonlySet<string>
}

interface Member {
  readonly device: Device
  conversation: Conversation
  cursor: number
  /** The first epoch that it has the keys of. */
  since: number
}

const ACCOUNTS: readonly Account[] = ['alice', 'bob', 'mallory']

const FAIR = new Set(['epoch_past', 'not_a_member'])

class Wrong extends Error {}

class World {
  readonly #random: Random
  readonly #limit: number
  readonly #members = new Map<string, Member>()
  readonly #log: Entry[] = []
  readonly #box: CryptoKey
  #epoch = 0
  #made = 0
  /** Who is in, by what the server has taken. */
  #seated: ReadonlySet<string> = new Set()
  readonly counts = { commits: 0, lost: 0, messages: 0, read: 0, peak: 1 }

  constructor(random: Random, limit: number, box: CryptoKey) {
    this.#random = random
    this.#limit = limit
    this.#box = box
  }

  async found(): Promise<void> {
    const device = await this.#newDevice()
    const conversation = await createConversation(device, NOW)
    this.#members.set(device.device, { device, conversation, cursor: 0, since: 0 })
    this.#seated = new Set([device.device])
  }

  async step(): Promise<void> {
    const dice = this.#random.below(10)
    if (dice < 3) await this.#compete()
    else if (dice < 6) await this.#write()
    else if (dice < 9) await this.#catchUp(this.#random.pick([...this.#members.values()]), 1 + this.#random.below(6))
    else await this.#reload(this.#random.pick([...this.#members.values()]))
  }

  /** Everybody reads everything; then all must agree. */
  async settle(): Promise<void> {
    for (const member of this.#members.values()) await this.#catchUp(member, Infinity)
    const views = [...this.#members.values()].map(({ conversation }) => conversation)
    const different = new Set(views.map(({ epoch, agreement }) => `${epoch} ${agreement}`)).size
    if (different !== 1) throw new Wrong(`${different} different conversations at the end`)
    if (views[0]?.epoch !== this.#epoch) throw new Wrong(`everybody is stuck before epoch ${this.#epoch}`)
    if (views.length !== this.#seated.size) throw new Wrong(`${this.#seated.size} seats, ${views.length} devices`)
    for (const { conversation } of this.#members.values()) {
      const names = new Set(conversation.members.map(({ device }) => device))
      if (names.size !== this.#seated.size || minus(names, this.#seated).size > 0)
        throw new Wrong('a device sees other members than there are')
    }
  }

  /** One to three devices make a commit at the same time. The server takes the first that is for its epoch. */
  async #compete(): Promise<void> {
    const tries: { readonly member: Member | null; readonly device: Device; readonly pending: Pending }[] = []
    const welcomed: Awaited<ReturnType<typeof this.newcomers>>[] = []
    for (let count = 1 + this.#random.below(3); count > 0; count--) {
      const made = await this.#makeCommit()
      if (made === null) continue
      tries.push(made)
      welcomed.push(made.newcomers)
    }
    for (const [index, { member, device, pending }] of tries.entries()) {
      if (pending.epoch !== this.#epoch) {
        this.counts.lost += 1
        continue
      }
      await this.#accept(member, device, pending)
      await this.#welcome(pending, welcomed[index] ?? [])
    }
  }

  async #accept(member: Member | null, device: Device, pending: Pending): Promise<void> {
    const { commit: wire, epoch, change } = pending
    const from = device.device
    // The server says after which message of the own mailbox the commit took its place: what lies before is read first.
    if (member !== null && !change.isExternal) await this.#catchUp(member, Infinity)
    this.#log.push({ kind: 'commit', wire, epoch, from, readers: new Set() })
    this.#epoch += 1
    this.counts.commits += 1
    const gone = new Set(change.removed.map((owner) => owner.device))
    this.#seated = new Set([...minus(this.#seated, gone), ...change.added.map((owner) => owner.device)])
    this.counts.peak = Math.max(this.counts.peak, this.#seated.size)
    // Half of the time the device was switched off between sending and hearing.
    const heard = this.#random.below(2) === 0 ? pending : await this.#reborn(pending)
    const since = epoch + 1
    if (change.isExternal || member === null) {
      const { conversation } = adopt(heard, null)
      this.#members.set(from, { device, conversation, cursor: this.#log.length, since })
      return
    }
    const adopted = adopt(heard, member.conversation)
    member.conversation = adopted.conversation
    wipe(adopted.spent)
  }

  async #reborn(pending: Pending): Promise<Pending> {
    return loadPending(await savePending(pending, this.#box), this.#box, pending.id)
  }

  async #makeCommit() {
    const dice = this.#random.below(10)
    const member = this.#random.pick([...this.#members.values()])
    // Who lags makes one all the same, sometimes, and loses.
    if (this.#random.below(5) > 0) await this.#catchUp(member, Infinity)
    if (!this.#members.has(member.device.device)) return null
    const { conversation, device } = member
    const room = this.#limit - this.#seated.size
    const newcomers = dice < 4 && room > 0 ? await this.newcomers(1 + this.#random.below(Math.min(3, room))) : []
    if (newcomers.length > 0) {
      const packages = newcomers.map(({ pair }) => pair.keyPackage)
      return { member, device, newcomers, pending: await addDevices(conversation, packages, OPTIONS) }
    }
    const others = conversation.members.filter((owner) => owner.device !== device.device)
    if (dice < 7 && others.length > 1) {
      const removed = this.#random.some(others, 1 + this.#random.below(2))
      return { member, device, newcomers, pending: await removeDevices(conversation, removed) }
    }
    if (dice === 8 && room > 0) return this.#comeIn(await this.#newDevice(conversation), null)
    if (dice === 9) return this.#comeBack()
    return { member, device, newcomers, pending: await updateKeys(conversation) }
  }

  /** A device that lost its state takes its place again. */
  async #comeBack() {
    const member = this.#random.pick([...this.#members.values()])
    return this.#seated.has(member.device.device) && this.#members.size > 1 ? this.#comeIn(member.device, member) : null
  }

  async #comeIn(device: Device, member: Member | null) {
    const helper = this.#random.pick([...this.#members.values()].filter((other) => other !== member))
    await this.#catchUp(helper, Infinity)
    if (!this.#members.has(helper.device.device)) return null
    if (!helper.conversation.members.some(({ account }) => account === device.account)) return null
    const pending = await joinExternally(device, await groupInfo(helper.conversation), OPTIONS)
    return { member, device, newcomers: [], pending }
  }

  async newcomers(count: number) {
    return Promise.all(
      Array.from({ length: count }, async () => {
        const device = await this.#newDevice()
        return { device, pair: await makeKeyPackage(device, { now: NOW, days: 30 }) }
      }),
    )
  }

  async #welcome({ welcome }: Pending, newcomers: Awaited<ReturnType<World['newcomers']>>): Promise<void> {
    for (const { device, pair } of newcomers) {
      if (welcome === null) throw new Wrong('no welcome for who was added')
      const conversation = await joinByWelcome(welcome, pair, PINS)
      this.#members.set(device.device, { device, conversation, cursor: this.#log.length, since: this.#epoch })
    }
  }

  /** `like`: of one of its accounts. */
  async #newDevice(like?: Conversation): Promise<Device> {
    this.#made += 1
    const accounts = ACCOUNTS.filter(
      (name) => like === undefined || like.members.some(({ account }) => account === name),
    )
    const account = this.#random.pick(accounts)
    return makeDevice({ account, device: `${account[0]}${this.#made}` }, IDENTITIES[account].signing)
  }

  async #write(): Promise<void> {
    const member = this.#random.pick([...this.#members.values()])
    const { epoch } = member.conversation
    // The server takes messages of its epoch and of the one before; whoever lags further has to catch up first.
    if (epoch < this.#epoch - 1) await this.#catchUp(member, Infinity)
    const from = member.device.device
    if (!this.#members.has(from)) return
    const text = new TextEncoder().encode(`${from} ${this.counts.messages}`)
    const sealed = await sealMessage(member.conversation, text)
    member.conversation = sealed.conversation
    wipe(sealed.spent)
    this.counts.messages += 1
    const seatedThen = new Set(member.conversation.members.map(({ device }) => device))
    const readers = this.#seated.has(from) ? minus(this.#seated, minus(this.#seated, seatedThen)) : new Set<string>()
    this.#log.push({ kind: 'message', wire: sealed.message, epoch: member.conversation.epoch, from, readers })
  }

  async #catchUp(member: Member, most: number): Promise<void> {
    const name = member.device.device
    for (let count = 0; count < most && member.cursor < this.#log.length; count++) {
      const entry = this.#log[member.cursor]
      member.cursor += 1
      if (entry === undefined || entry.from === name) continue
      const outcome = await this.#take(member, entry)
      if (outcome === 'removed') {
        this.#members.delete(name)
        return
      }
    }
  }

  async #take(member: Member, entry: Entry): Promise<string> {
    const name = member.device.device
    try {
      const received = await receive(member.conversation, entry.wire, PINS)
      if (received.kind === 'removed') return 'removed'
      member.conversation = received.conversation
      wipe(received.spent)
      if (received.kind === 'message') this.counts.read += 1
      return 'taken'
    } catch (error) {
      if (!(error instanceof ConversationError)) throw error
      // Not for this device: sealed before it came, or by somebody who was gone.
      const isFair = entry.kind === 'message' && !mustRead(entry, member) && FAIR.has(error.code)
      if (isFair) return 'fair'
      const cause = error.cause instanceof Error ? `; ${error.cause.message}` : ''
      throw new Wrong(
        `${name} in ${member.conversation.epoch} can't take a ${entry.kind} of ${entry.epoch}: ${error.code}${cause}`,
      )
    }
  }

  async #reload(member: Member): Promise<void> {
    const saved = await saveConversation(member.conversation, this.#box)
    member.conversation = await loadConversation(saved, this.#box, member.conversation.id)
  }
}

const minus = (some: ReadonlySet<string>, others: ReadonlySet<string>): Set<string> =>
  new Set([...some].filter((name) => !others.has(name)))

/** Not what was sealed before it came in, or came in again. */
const mustRead = (entry: Entry, { device, since }: Member): boolean =>
  entry.readers.has(device.device) && entry.epoch >= since

export async function soak({ seed, commits, members }: SoakOptions): Promise<SoakResult> {
  const box = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  const world = new World(makeRandom(seed), members, box)
  let story: string | null = null
  try {
    await world.found()
    while (world.counts.commits < commits) await world.step()
    await world.settle()
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : ''
    story = `seed ${seed}, after ${world.counts.commits} commits: ${String(error)}${cause}`
  }
  return { ...world.counts, story }
}
