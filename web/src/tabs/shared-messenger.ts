import type { Change, Connection, ContactView, ConversationView, Messenger, Profile, SendOptions } from '@chatnip/sdk'
import { fromFailure } from './failures.ts'
import type { Answer, Arguments, Method, Question, Snapshot, TabFrame } from './frames.ts'
import { lead } from './leader.ts'
import type { Leading } from './leader.ts'
import { perform } from './perform.ts'

interface Asked {
  readonly question: Question
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** What a shared messenger needs of the browser. */
export interface Ports {
  readonly tab: string
  readonly uuid: () => string
  readonly post: (frame: TabFrame) => void
}

/** A messenger that works in every tab: by the engine when this tab leads, else by asking the tab that does. */
export class SharedMessenger implements Messenger {
  readonly #ports: Ports
  readonly #asked = new Map<number, Asked>()
  readonly #listeners = new Set<(change: Change) => void>()
  #snapshot: Snapshot
  #engine: Messenger | null = null
  #leading: Leading | null = null
  #calls = 0

  /** @param first how things stand, as told by the leading tab or by the engine itself */
  constructor(ports: Ports, first: Snapshot) {
    this.#ports = ports
    this.#snapshot = first
  }

  /** From now on the engine runs here. Whatever was asked of the former leader and not answered is asked of it. */
  takeOver(engine: Messenger): void {
    this.#leading?.stop()
    this.#engine = engine
    engine.onChange((change) => {
      this.#tell(change)
    })
    this.#leading = lead(engine, this.#ports.post)
    this.#putAgain()
    this.#tell({ kind: 'conversations' })
  }

  /** What another tab says. */
  hear(frame: TabFrame): void {
    if (this.#engine !== null) this.#leading?.hear(frame)
    else if (frame.kind === 'state') this.#follow(frame)
    else if (frame.kind === 'answer' && frame.tab === this.#ports.tab) this.#take(frame.call)?.resolve(frame.value)
    else if (frame.kind === 'failure' && frame.tab === this.#ports.tab)
      this.#take(frame.call)?.reject(fromFailure(frame.failure))
  }

  get profile(): Profile {
    return this.#engine?.profile ?? this.#snapshot.profile
  }

  connection(): Connection {
    return this.#engine?.connection() ?? this.#snapshot.connection
  }

  waiting(): number {
    return this.#engine?.waiting() ?? this.#snapshot.waiting
  }

  conversations(): readonly ConversationView[] {
    return this.#engine?.conversations() ?? this.#snapshot.conversations
  }

  contact(name: string): ContactView | null {
    if (this.#engine !== null) return this.#engine.contact(name)
    const wanted = name.toLowerCase()
    return this.#snapshot.contacts.find((contact) => contact.name.toLowerCase() === wanted) ?? null
  }

  messages(...args: Arguments<'messages'>): Promise<Answer<'messages'>> {
    return this.#ask('messages', args)
  }

  open(name: string): Promise<string> {
    return this.#ask('open', [name])
  }

  /** The id is made here, so that asking again after a takeover cannot send twice. */
  send(conversation: string, text: string, options: SendOptions = {}): Promise<string> {
    return this.#ask('send', [conversation, text, { id: this.#ports.uuid(), ...options }])
  }

  /** Asked again after a takeover under the same id, it is the same message. */
  sendFiles(...[conversation, files, options]: Arguments<'sendFiles'>): Promise<string> {
    return this.#ask('sendFiles', [conversation, files, { id: this.#ports.uuid(), ...options }])
  }

  openFile(...args: Arguments<'openFile'>): Promise<Answer<'openFile'>> {
    return this.#ask('openFile', args)
  }

  stopFile(...args: Arguments<'stopFile'>): Promise<void> {
    return this.#ask('stopFile', args)
  }

  /** Asked again after a takeover, one that was made already is made once more: a tab that dies in that moment leaves two. */
  makeGroup(...args: Arguments<'makeGroup'>): Promise<Answer<'makeGroup'>> {
    return this.#ask('makeGroup', args)
  }

  addToGroup(...args: Arguments<'addToGroup'>): Promise<Answer<'addToGroup'>> {
    return this.#ask('addToGroup', args)
  }

  removeFromGroup(...args: Arguments<'removeFromGroup'>): Promise<Answer<'removeFromGroup'>> {
    return this.#ask('removeFromGroup', args)
  }

  leaveGroup(...args: Arguments<'leaveGroup'>): Promise<Answer<'leaveGroup'>> {
    return this.#ask('leaveGroup', args)
  }

  setGroupRole(...args: Arguments<'setGroupRole'>): Promise<Answer<'setGroupRole'>> {
    return this.#ask('setGroupRole', args)
  }

  renameGroup(...args: Arguments<'renameGroup'>): Promise<Answer<'renameGroup'>> {
    return this.#ask('renameGroup', args)
  }

  setGroupPicture(...args: Arguments<'setGroupPicture'>): Promise<Answer<'setGroupPicture'>> {
    return this.#ask('setGroupPicture', args)
  }

  /** Asked again after a takeover, what is done to a message comes to the same. */
  edit(...args: Arguments<'edit'>): Promise<void> {
    return this.#ask('edit', args)
  }

  remove(...args: Arguments<'remove'>): Promise<void> {
    return this.#ask('remove', args)
  }

  react(...args: Arguments<'react'>): Promise<void> {
    return this.#ask('react', args)
  }

  /** Decided again after a takeover, it comes to the same. */
  decide(...args: Arguments<'decide'>): Promise<void> {
    return this.#ask('decide', args)
  }

  mute(...args: Arguments<'mute'>): Promise<void> {
    return this.#ask('mute', args)
  }

  blocked(): readonly string[] {
    return this.#engine?.blocked() ?? this.#snapshot.blocked
  }

  retry(...args: Arguments<'retry'>): Promise<void> {
    return this.#ask('retry', args)
  }

  askAgain(...args: Arguments<'askAgain'>): Promise<void> {
    return this.#ask('askAgain', args)
  }

  discard(...args: Arguments<'discard'>): Promise<void> {
    return this.#ask('discard', args)
  }

  markRead(...args: Arguments<'markRead'>): Promise<void> {
    return this.#ask('markRead', args)
  }

  saveDraft(...args: Arguments<'saveDraft'>): Promise<void> {
    return this.#ask('saveDraft', args)
  }

  draft(...args: Arguments<'draft'>): Promise<string> {
    return this.#ask('draft', args)
  }

  confirmKey(...args: Arguments<'confirmKey'>): Promise<void> {
    return this.#ask('confirmKey', args)
  }

  setCompared(...args: Arguments<'setCompared'>): Promise<boolean> {
    return this.#ask('setCompared', args)
  }

  safetyNumber(...args: Arguments<'safetyNumber'>): Promise<Answer<'safetyNumber'>> {
    return this.#ask('safetyNumber', args)
  }

  checkScan(...args: Arguments<'checkScan'>): Promise<boolean> {
    return this.#ask('checkScan', args)
  }

  setLifetime(...args: Arguments<'setLifetime'>): Promise<void> {
    return this.#ask('setLifetime', args)
  }

  receipts(): boolean {
    return this.#engine?.receipts() ?? this.#snapshot.receipts
  }

  setReceipts(...args: Arguments<'setReceipts'>): Promise<void> {
    return this.#ask('setReceipts', args)
  }

  readReceipts(): boolean {
    return this.#engine?.readReceipts() ?? this.#snapshot.readReceipts
  }

  setReadReceipts(...args: Arguments<'setReadReceipts'>): Promise<void> {
    return this.#ask('setReadReceipts', args)
  }

  search(...args: Arguments<'search'>): Promise<Answer<'search'>> {
    return this.#ask('search', args)
  }

  exportHistory(): Promise<Answer<'exportHistory'>> {
    return this.#ask('exportHistory', [])
  }

  deleteHistory(): Promise<void> {
    return this.#ask('deleteHistory', [])
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  nudge(): void {
    if (this.#engine === null) this.#ports.post({ kind: 'nudge' })
    else this.#engine.nudge()
  }

  async stop(): Promise<void> {
    this.#leading?.stop()
    await this.#engine?.stop()
  }

  #tell(change: Change): void {
    for (const listener of this.#listeners) listener(change)
  }

  #follow({ snapshot, changes, lead: isNew }: Extract<TabFrame, { kind: 'state' }>): void {
    this.#snapshot = snapshot
    if (isNew) this.#putAgain()
    for (const change of isNew ? [{ kind: 'conversations' } as const] : changes) this.#tell(change)
  }

  #ask<M extends Method>(method: M, args: Arguments<M>): Promise<Answer<M>> {
    return new Promise((resolve, reject) => {
      this.#calls += 1
      /** `method` belongs to `args`, and both to the answer, by the signature; TypeScript cannot follow that through a union. */
      const question = { method, args } as unknown as Question
      const one: Asked = { question, resolve: resolve as (value: unknown) => void, reject }
      this.#asked.set(this.#calls, one)
      this.#put(this.#calls, one)
    })
  }

  #put(call: number, { question, resolve, reject }: Asked): void {
    if (this.#engine === null) {
      this.#ports.post({ kind: 'ask', tab: this.#ports.tab, call, question })
      return
    }
    this.#asked.delete(call)
    perform(this.#engine, question).then(resolve, reject)
  }

  #putAgain(): void {
    for (const [call, one] of this.#asked) this.#put(call, one)
  }

  #take(call: number): Asked | undefined {
    const one = this.#asked.get(call)
    this.#asked.delete(call)
    return one
  }
}
