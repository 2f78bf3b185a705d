import type { Change, Messenger } from '@chatnip/sdk'
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
export interface SharedMessenger {
  readonly messenger: Messenger
  /** From now on the engine runs here. Whatever was asked of the former leader and not answered is asked of it. */
  takeOver(engine: Messenger): void
  hear(frame: TabFrame): void
}

/** @param first how things stand, as told by the leading tab or by the engine itself */
export const shareMessenger = (ports: Ports, first: Snapshot): SharedMessenger => {
  let snapshot = first
  let engine: Messenger | null = null
  let leading: Leading | null = null
  let calls = 0
  const asked = new Map<number, Asked>()
  const listeners = new Set<(change: Change) => void>()

  const tell = (change: Change) => {
    for (const listener of listeners) listener(change)
  }
  const put = (call: number, { question, resolve, reject }: Asked) => {
    if (engine === null) {
      ports.post({ kind: 'ask', tab: ports.tab, call, question })
      return
    }
    asked.delete(call)
    perform(engine, question).then(resolve, reject)
  }
  const putAgain = () => {
    for (const [call, one] of asked) put(call, one)
  }
  const ask = <M extends Method>(method: M, args: Arguments<M>): Promise<Answer<M>> =>
    new Promise((resolve, reject) => {
      calls += 1
      /** `method` and `args` belong together by the signature; TypeScript cannot follow that through the union. */
      const question = { method, args } as unknown as Question
      const one: Asked = { question, resolve: resolve as (value: unknown) => void, reject }
      asked.set(calls, one)
      put(calls, one)
    })
  const settle = (call: number, then: (one: Asked) => void) => {
    const one = asked.get(call)
    asked.delete(call)
    if (one !== undefined) then(one)
  }

  const messenger: Messenger = {
    get profile() {
      return engine?.profile ?? snapshot.profile
    },
    connection: () => engine?.connection() ?? snapshot.connection,
    waiting: () => engine?.waiting() ?? snapshot.waiting,
    conversations: () => engine?.conversations() ?? snapshot.conversations,
    contact: (name) =>
      engine === null
        ? (snapshot.contacts.find((contact) => contact.name.toLowerCase() === name.toLowerCase()) ?? null)
        : engine.contact(name),
    messages: (...args) => ask('messages', args),
    open: (...args) => ask('open', args),
    /** The id is made here, so that asking again after a takeover cannot send twice. */
    send: (conversation, text, id) => ask('send', [conversation, text, id ?? ports.uuid()]),
    retry: (...args) => ask('retry', args),
    discard: (...args) => ask('discard', args),
    markRead: (...args) => ask('markRead', args),
    saveDraft: (...args) => ask('saveDraft', args),
    draft: (...args) => ask('draft', args),
    confirmKey: (...args) => ask('confirmKey', args),
    setCompared: (...args) => ask('setCompared', args),
    safetyNumber: (...args) => ask('safetyNumber', args),
    checkScan: (...args) => ask('checkScan', args),
    exportHistory: () => ask('exportHistory', []),
    deleteHistory: () => ask('deleteHistory', []),
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    nudge: () => {
      if (engine === null) ports.post({ kind: 'nudge' })
      else engine.nudge()
    },
    stop: async () => {
      leading?.stop()
      await engine?.stop()
    },
  }
  return {
    messenger,
    takeOver: (started) => {
      leading?.stop()
      engine = started
      engine.onChange(tell)
      leading = lead(started, ports.post)
      putAgain()
      tell({ kind: 'connection' })
      tell({ kind: 'conversations' })
    },
    hear: (frame) => {
      if (engine !== null) {
        leading?.hear(frame)
        return
      }
      if (frame.kind === 'state') {
        snapshot = frame.snapshot
        if (frame.lead) putAgain()
        for (const change of frame.lead ? [{ kind: 'conversations' } as const] : frame.changes) tell(change)
      }
      if (frame.kind === 'answer' && frame.tab === ports.tab)
        settle(frame.call, (one) => {
          one.resolve(frame.value)
        })
      if (frame.kind === 'failure' && frame.tab === ports.tab)
        settle(frame.call, (one) => {
          one.reject(fromFailure(frame.failure))
        })
    },
  }
}
