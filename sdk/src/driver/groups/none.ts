import type { Effect, Event, ToUnwrap } from '../../engine/events.ts'
import { readGroupText } from '../../engine/group-text.ts'
import { plugIn } from '../../engine/part.ts'
import * as whole from '../../engine/whole.ts'
import type { Unwrapped } from '../../engine/unwrapped.ts'

// What comes of the steps is taken by the engine's part for groups here too.
plugIn(whole)

type EffectOf<T extends Effect['type']> = Extract<Effect, { readonly type: T }>
export type GroupEffect = EffectOf<'unwrap' | 'begin' | 'propose' | 'adopt' | 'stock' | 'claim'>

/** What comes of groups on a device that cannot have any: envelopes, and what was meant for a group is given again in them. */
export function outcomeWithout(effect: Exclude<GroupEffect, { readonly type: 'claim' | 'stock' }>): Event {
  switch (effect.type) {
    case 'unwrap':
      return {
        type: 'unwrapped',
        batch: effect.batch,
        result: { frames: effect.frames.map(unreadable), halt: null, secrets: [] },
      }
    case 'begin':
      return { type: 'begun', number: effect.number, made: null }
    case 'propose':
      return { type: 'proposed', group: effect.group, kind: effect.change.type, made: null }
    case 'adopt':
      return { type: 'adopted', group: effect.group, made: null }
  }
}

function unreadable({ text }: ToUnwrap): Unwrapped {
  const read = readGroupText(text)
  if (read === null) return { kind: 'malformed' }
  return read.kind === 'message'
    ? { kind: 'unreadable', group: read.group, hint: read.hint, hasNone: true }
    : { kind: 'nothing' }
}

/** The same for a message that was to be sealed in a group. */
export const sealedWithout = ({ message }: EffectOf<'seal'>, group: string): Event => ({
  type: 'sealed',
  id: message.id,
  to: null,
  key: message.key.publicKey,
  link: null,
  inGroup: { group, made: 'unusable' },
})
