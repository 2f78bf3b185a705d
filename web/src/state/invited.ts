import type { Invitation } from '../format/invitation.ts'
import { wishFor } from './session.ts'

/** The invitation that somebody has taken up and for which they sign up or log in first. It lives as long as the page. */
let taken: Invitation | null = null

/** Goes on with it once somebody is signed in. */
export const takeUp = (invitation: Invitation): void => {
  taken = invitation
  wishFor({ page: 'invite' })
}

/** The code that came with it; empty: none. */
export const inviteCode = (): string => taken?.code ?? ''

/** Handed out once. */
export const takenUp = (): Invitation | null => {
  const now = taken
  taken = null
  return now
}
