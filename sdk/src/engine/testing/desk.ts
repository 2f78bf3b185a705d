import type { Effect, Event } from '../events.ts'
import { plugIn } from '../part.ts'
import { restoreState } from '../restore.ts'
import type { KeyFacts } from '../rows.ts'
import type { State } from '../state.ts'
import { step } from '../step.ts'
import * as whole from '../whole.ts'

plugIn(whole)

/** The engine on a desk: events by hand, effects to look at, commits that succeed at once. */
export class Desk {
  state: State
  now = 1_000_000
  /** Every effect so far, those after commits included. */
  readonly effects: Effect[] = []
  /** Nobody has key packages, and the server does not count them. */
  hasNoGroups = true

  constructor() {
    const own = { username: 'me', deviceId: 'd', publicKey: 'my key', fingerprint: 'my key' }
    this.state = restoreState(own, 1, { meta: null, peers: [], outbox: [] })
  }

  tell(event: Event): readonly Effect[] {
    const { state, effects } = step(this.state, event, this.now)
    this.state = state
    const all = [...effects]
    this.effects.push(...effects)
    for (const effect of effects) {
      if (this.hasNoGroups) all.push(...this.#withoutGroups(effect))
      if (effect.type !== 'commit') continue
      for (const one of effect.after) {
        if (one.type === 'event') all.push(...this.tell(one.event))
        else {
          this.effects.push(one)
          all.push(one)
        }
      }
    }
    return all
  }

  #withoutGroups(effect: Effect): readonly Effect[] {
    if (effect.type === 'stock') return this.tell({ type: 'stocked', made: null, devices: null })
    if (effect.type !== 'claim') return []
    return this.tell({ type: 'claimed', number: effect.number, for: effect.for, result: { outcome: 'none' } })
  }

  get line(): number {
    return this.state.line.number
  }

  /** Connects; one's own key is as it should be. */
  online(): void {
    this.tell({ type: 'start' })
    this.tell({ type: 'opened', line: this.line })
    this.key('me', factsOf('my key'))
  }

  key(name: string, facts: KeyFacts | null): readonly Effect[] {
    const result = facts === null ? ({ outcome: 'nobody' } as const) : ({ outcome: 'key', facts, name: null } as const)
    return this.tell({ type: 'looked up', line: this.line, name, result })
  }

  compose(id: string, conversation: string): readonly Effect[] {
    return this.tell({ type: 'call', ticket: 1, call: { type: 'compose', id, conversation, text: id } })
  }

  /** Answers every sealing that has been asked for among these effects. */
  seal(effects: readonly Effect[]): readonly Effect[] {
    return effects.flatMap((effect) => {
      if (effect.type !== 'seal') return []
      const { id, to, key } = effect.message
      const texts = [{ username: to, message_text: `${id} for ${key.publicKey}` }]
      const link = effect.message.link === null ? null : { ...effect.message.link, hash: `hash of ${id}` }
      return this.tell({ type: 'sealed', id, to: texts, key: key.publicKey, link })
    })
  }

  stages(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.state.outbox.map((item) => [item.id, item.stage]))
  }
}

export const factsOf = (publicKey: string, canSeal = true): KeyFacts => ({ publicKey, fingerprint: publicKey, canSeal })

export const sendsIn = (effects: readonly Effect[]): readonly string[] =>
  effects.flatMap((effect) => (effect.type === 'send' && effect.frame.type === 'send' ? [effect.frame.id] : []))
