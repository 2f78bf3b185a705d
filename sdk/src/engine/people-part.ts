import type { PeopleBody } from './choices.ts'
import type { Turn } from './turn.ts'

/** What is done about people (`people.ts`) comes when it is first needed: before it has come nothing of it can have been sent. */
interface PeoplePart {
  readonly onPeopleTold: (turn: Turn, body: PeopleBody) => void
}

let part: PeoplePart | null = null

/** Null: not loaded yet. */
export const peoplePart = (): PeoplePart | null => part

export const plugInPeople = (loaded: PeoplePart): void => {
  part = loaded
}
