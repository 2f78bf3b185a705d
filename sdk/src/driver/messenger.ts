import { checkScan, safetyNumber } from '@chatnip/crypto'
import { ChatnipError } from '@chatnip/protocol'
import type { EngineChange } from '../engine/events.ts'
import { ALWAYS } from '../engine/strangers.ts'
import type { Standing } from '../engine/choices.ts'
import type { KeyFacts, Peer } from '../engine/rows.ts'
import { readSeconds } from '../engine/lifetime.ts'
import { lifetimeOf } from '../engine/lifetimes.ts'
import { toldOf } from '../engine/files.ts'
import type { Told } from '../engine/files.ts'
import type { State } from '../engine/state.ts'
import type { FileAnswer, FileToSend } from '../file-views.ts'
import type {
  Change,
  Connection,
  ContactView,
  ConversationView,
  Found,
  GroupRole,
  Historian,
  HistoryView,
  HistoryWish,
  MessageRef,
  Messenger,
  MessageView,
  NoticeView,
  Place,
  Profile,
  SafetyNumber,
  SearchOptions,
  SendOptions,
} from '../messenger.ts'
import { Acts, fits } from './acts.ts'
import { NO_FILING } from './filing.ts'
import type { Filing, FilingOf } from './filing.ts'
import type { Making } from './groups/making.ts'
import type { Clock, Key, Randomness, Transport } from '../ports.ts'
import type { Cipher } from './cipher.ts'
import { NO_BRINGING } from './bringing.ts'
import type { BringerOf, Bringing } from './bringing.ts'
import { Deciding } from './deciding.ts'
import { Driver } from './driver.ts'
import { exportMessages, forgetMessages, pageOf } from './history.ts'
import { loadState } from './load.ts'
import { Searching } from '../search/searching.ts'
import type { SealedRows } from './vault.ts'
import { blockedNames, contactView, conversationViews, messageView } from './views.ts'

const USERNAME = /^[\w.-]{1,32}$/
const PAGE = 100

export interface EnginePorts {
  readonly transport: Transport
  readonly vault: SealedRows
  readonly profile: Profile & {
    readonly publicKey: string
    readonly earlier: readonly string[]
    readonly holdsStrangers?: boolean
  }
  readonly cipher: Cipher
  readonly clock: Clock
  readonly random: Randomness
  readonly history?: BringerOf
  readonly files?: FilingOf
}

/** Reads what is on disk and goes on from there: connects, sends what waits, takes what comes. */
export async function startEngine(ports: EnginePorts): Promise<Messenger & Historian> {
  const { profile, vault, random } = ports
  const load = () => loadState(vault, profile, Math.floor(random.number() * 2 ** 32))
  const listeners = new Set<(change: Change) => void>()
  let isReady = false
  const onChange = (change: EngineChange): void => {
    if (isReady && (change.kind === 'conversations' || change.kind === 'connection')) deciding.poke()
    if (isReady && (change.kind === 'history' || change.kind === 'connection')) bringing.poke()
    if (isReady && (change.kind === 'messages' || change.kind === 'connection')) filing.poke()
    const seen = toChange(driver.shown, change)
    for (const listener of listeners) listener(seen)
  }
  const searching = new Searching(vault, () => listeners.forEach((listener) => listener({ kind: 'searchable' })))
  const tell = (change: Change): void => listeners.forEach((listener) => listener(change))
  const watched = ports.files?.watched(searching.watched(), () => filing.poke()) ?? searching.watched()
  const driver: Driver = new Driver({ ...ports, vault: watched, load, onChange }, await load())
  const deciding = new Deciding(vault, driver)
  const changed = () => tell({ kind: 'history' })
  const moved = (id: string, done: number, of: number) => tell({ kind: 'file', id, done, of })
  const filing: Filing = ports.files?.begin({ ...ports, own: profile, driver, moved }) ?? NO_FILING
  const bringing: Bringing = ports.history?.({ ...ports, own: profile, driver, changed }) ?? NO_BRINGING
  const engine = new Engine(ports, { driver, searching, listeners, bringing, filing, deciding })
  driver.dispatch({ type: 'start' })
  // What disappeared while nobody looked is gone before anything is shown.
  await driver.written()
  isReady = true
  deciding.poke()
  bringing.poke()
  filing.poke()
  return engine
}

const toChange = (state: State, change: EngineChange): Change =>
  change.kind === 'arrived'
    ? { kind: 'arrived', message: messageView({ state, peer: change.peer }, change.place, change.line) }
    : change

interface Parts {
  readonly driver: Driver
  readonly searching: Searching
  readonly listeners: Set<(change: Change) => void>
  readonly bringing: Bringing
  readonly filing: Filing
  readonly deciding: Deciding
}

class Engine implements Messenger, Historian {
  readonly profile: Profile
  readonly #ports: EnginePorts
  readonly #driver: Driver
  readonly #acts: Acts
  readonly #searching: Searching
  readonly #bringing: Bringing
  readonly #filing: Filing
  readonly #deciding: Deciding
  readonly #listeners: Set<(change: Change) => void>
  /** Settled when whatever was to be sent so far has been handed to the engine. */
  #handedOver: Promise<unknown> = Promise.resolve()

  constructor(ports: EnginePorts, { driver, searching, listeners, bringing, filing, deciding }: Parts) {
    const { username, deviceId, fingerprint } = ports.profile
    this.profile = { username, deviceId, fingerprint }
    this.#ports = ports
    this.#driver = driver
    this.#acts = new Acts(ports, driver)
    this.#searching = searching
    this.#bringing = bringing
    this.#filing = filing
    this.#deciding = deciding
    this.#listeners = listeners
  }

  connection(): Connection {
    if (this.#driver.damaged) return 'damaged'
    const { phase } = this.#driver.state.line
    if (phase === 'online' || phase === 'connecting' || phase === 'signed out') return phase
    return 'offline'
  }

  waiting(): number {
    return this.#driver.shown.outbox.filter((item) => item.state === 'waiting').length
  }

  conversations(): readonly ConversationView[] {
    return conversationViews(this.#driver.shown)
  }

  async messages(
    conversation: string,
    options: { readonly before?: Place; readonly from?: Place; readonly limit?: number } = {},
  ): Promise<readonly (MessageView | NoticeView)[]> {
    const state = this.#driver.shown
    const peer = state.peers.get(conversation.toLowerCase())
    if (peer === undefined) return []
    return pageOf(this.#ports.vault, { state, peer }, { limit: PAGE, ...options })
  }

  contact(name: string): ContactView | null {
    const peer = this.#peer(name)
    return peer === undefined ? null : contactView(peer)
  }

  async open(name: string): Promise<string> {
    if (!USERNAME.test(name)) throw new ChatnipError('no_such_user')
    return this.#driver.call({ type: 'open', name })
  }

  send(conversation: string, text: string, options: SendOptions = {}): Promise<string> {
    return this.#put(conversation, { text }, options)
  }

  async sendFiles(
    conversation: string,
    files: readonly FileToSend[],
    { text = '', ...options }: SendOptions & { readonly text?: string } = {},
  ): Promise<string> {
    if (this.#peer(conversation)?.pinned?.canSeal === false) throw new ChatnipError('not_allowed')
    const id = options.id ?? this.#ports.random.uuid()
    return this.#filing.keep(id, files, (kept) => this.#put(conversation, { text, files: kept }, { ...options, id }))
  }

  openFile(message: MessageRef, id: string): Promise<FileAnswer> {
    return this.#filing.open(message, id)
  }

  async stopFile(id: string): Promise<void> {
    this.#filing.stopOne(id)
  }

  async #put(conversation: string, told: Told, { id, re }: SendOptions): Promise<string> {
    const fresh = id ?? this.#ports.random.uuid()
    // One behind the other: a look-up that takes longer must not let a later message overtake. What is handed over is not waited for.
    const turn = this.#handedOver.then(async () => {
      const quote = re === undefined ? {} : { re: await this.#acts.quoteOf(re) }
      const life = lifetimeOf(this.#driver.state, conversation)
      if (!fits({ type: 'text', ...toldOf(told), ...quote, ...(life === 0 ? {} : { life }) }))
        throw new ChatnipError('too_large')
      const isKnown = id !== undefined && (await this.#isKnown(id))
      return { sent: isKnown ? id : this.#driver.call({ type: 'compose', id: fresh, conversation, ...told, ...quote }) }
    })
    this.#handedOver = turn.catch(() => undefined)
    return (await turn).sent
  }

  async makeGroup(
    title: string,
    names: readonly string[],
    options: { readonly picture?: Uint8Array | undefined } = {},
  ) {
    return (await this.#groups()).make(title, names, options.picture)
  }

  async addToGroup(conversation: string, names: readonly string[]) {
    return (await this.#groups()).add(conversation, names)
  }

  async removeFromGroup(conversation: string, name: string): Promise<void> {
    return (await this.#groups()).remove(conversation, name)
  }

  async leaveGroup(conversation: string): Promise<void> {
    return (await this.#groups()).leave(conversation)
  }

  async setGroupRole(conversation: string, name: string, role: GroupRole): Promise<void> {
    return (await this.#groups()).setRole(conversation, name, role)
  }

  async renameGroup(conversation: string, title: string): Promise<void> {
    return (await this.#groups()).rename(conversation, title)
  }

  async setGroupPicture(conversation: string, picture: Uint8Array | null): Promise<void> {
    return (await this.#groups()).setPicture(conversation, picture)
  }

  edit(conversation: string, id: string, text: string): Promise<void> {
    return this.#acts.edit(conversation, id, text)
  }

  remove(conversation: string, message: MessageRef, from: 'everyone' | 'here'): Promise<void> {
    return from === 'here' ? this.#acts.forget(message) : this.#acts.remove(conversation, message)
  }

  react(conversation: string, message: MessageRef, emoji: string | null): Promise<void> {
    return this.#acts.react(conversation, message, emoji)
  }

  async setLifetime(conversation: string, seconds: number): Promise<void> {
    if (readSeconds(seconds) === undefined) throw new ChatnipError('bad_request')
    await this.#driver.call({ type: 'set lifetime', id: this.#ports.random.uuid(), conversation, seconds })
  }

  async decide(name: string, standing: Standing): Promise<void> {
    if (name.toLowerCase() === this.profile.username.toLowerCase()) throw new ChatnipError('not_allowed')
    await this.#deciding.decide({ name, about: 'standing', value: standing })
  }

  blocked(): readonly string[] {
    return blockedNames(this.#driver.shown)
  }

  async mute(conversation: string, until: number | 'always'): Promise<void> {
    const value = until === 'always' ? ALWAYS : until
    if (!Number.isInteger(value) || value < 0 || value > ALWAYS) throw new ChatnipError('bad_request')
    await this.#deciding.decide({ name: conversation, about: 'muted', value })
  }

  async retry(_conversation: string, id: string): Promise<void> {
    const newId = this.#ports.random.uuid()
    await this.#driver.call({ type: 'retry', id, newId, ...(await this.#acts.expired(id)) })
  }

  async askAgain(conversation: string): Promise<void> {
    await this.#driver.call({ type: 'ask again', conversation })
  }

  async discard(_conversation: string, id: string): Promise<void> {
    await this.#driver.call({ type: 'discard', id, ...(await this.#acts.expired(id)) })
  }

  async markRead(conversation: string): Promise<void> {
    await this.#driver.call({ type: 'mark read', conversation })
  }

  async saveDraft(conversation: string, text: string): Promise<void> {
    await this.#driver.call({ type: 'save draft', conversation, text })
  }

  async draft(conversation: string): Promise<string> {
    const peer = this.#peer(conversation)
    return peer === undefined ? '' : ((await this.#ports.vault.get('drafts', [peer.number]))?.text ?? '')
  }

  async confirmKey(name: string): Promise<void> {
    await this.#driver.call({ type: 'confirm key', name })
  }

  async setCompared(name: string, compared: boolean, seen?: string): Promise<boolean> {
    const facts = this.#present(name)
    const number = await safetyNumber(this.#mine(), { name, publicKey: facts.publicKey })
    if (seen !== undefined && seen !== number.digits) return false
    // The engine looks once more: the key may change while the number is being computed.
    const fingerprint = seen === undefined ? undefined : facts.fingerprint
    return (await this.#driver.call({ type: 'set compared', name, compared, fingerprint })) !== 'outdated'
  }

  async safetyNumber(name: string): Promise<SafetyNumber> {
    return safetyNumber(this.#mine(), this.#theirs(name))
  }

  async checkScan(name: string, scanned: string): Promise<boolean> {
    return checkScan(this.#mine(), this.#theirs(name), scanned)
  }

  receipts(): boolean {
    return this.#driver.shown.meta.receipts !== false
  }

  async setReceipts(on: boolean): Promise<void> {
    await this.#driver.call({ type: 'set receipts', on })
  }

  readReceipts(): boolean {
    return this.#driver.shown.meta.readReceipts !== false
  }

  async setReadReceipts(on: boolean): Promise<void> {
    await this.#driver.call({ type: 'set read receipts', on })
  }

  history(wish?: HistoryWish): Promise<HistoryView | null> {
    return this.#bringing.history(wish)
  }

  search(query: string, options: SearchOptions = {}): Promise<Found> {
    return this.#searching.search(() => this.#driver.shown, query, options)
  }

  async exportHistory(): Promise<readonly MessageView[]> {
    return exportMessages(this.#ports.vault, this.#driver.shown)
  }

  async deleteHistory(): Promise<void> {
    await forgetMessages(this.#ports.vault, (writes) => this.#driver.write(writes))
    await this.#driver.call({ type: 'history deleted' })
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  nudge(): void {
    this.#driver.dispatch({ type: 'nudge' })
  }

  async stop(): Promise<void> {
    this.#bringing.stop()
    this.#filing.stop()
    await this.#driver.stop()
  }

  /** Loaded at the first use; not where there are no groups. */
  async #groups(): Promise<Making> {
    const own = { ...this.#ports, own: this.#driver.state.own }
    if ((await this.#ports.cipher.groups(own).catch(() => null)) === null) throw new ChatnipError('unavailable')
    const ports = { driver: this.#driver, transport: this.#ports.transport, random: this.#ports.random }
    const { Making: Made } = await import('./groups/making.ts')
    return new Made(ports)
  }

  #peer(name: string): Peer | undefined {
    return this.#driver.shown.peers.get(name.toLowerCase())
  }

  #idKey(id: string): Key {
    return [this.profile.username.toLowerCase(), id]
  }

  async #isKnown(id: string): Promise<boolean> {
    return (await this.#ports.vault.get('ids', this.#idKey(id))) !== null
  }

  #mine(): { readonly name: string; readonly publicKey: string } {
    return { name: this.profile.username, publicKey: this.#ports.profile.publicKey }
  }

  #theirs(name: string): { readonly name: string; readonly publicKey: string } {
    return { name, publicKey: this.#present(name).publicKey }
  }

  /** The key that the account has now: a changed one that waits for confirmation is what people want to compare. */
  #present(name: string): KeyFacts {
    const peer = this.#peer(name)
    const facts = peer?.candidate ?? peer?.pinned ?? null
    if (facts === null) throw new ChatnipError('no_such_user')
    return facts
  }
}
