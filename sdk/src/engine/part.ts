import type * as whole from './whole.ts'

/**
 * A part of the engine that comes later: with the first step of any group, so before anything has come of one. Code, and no state: whoever has
 * loaded it has it for all engines.
 */
type GroupPart = typeof whole

let part: GroupPart | null = null

/** Null: not loaded yet. Then there is nothing for it to do either. */
export const groupPart = (): GroupPart | null => part

/** Where something has come of a step. */
export function loadedPart(): GroupPart {
  if (part === null) throw new TypeError('Something came of a step of a group before the part that takes it.')
  return part
}

export const plugIn = (loaded: GroupPart): void => {
  part = loaded
}
