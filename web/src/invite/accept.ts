import type { Invitation } from '../format/invitation.ts'
import type { Chats } from '../state/chats.ts'

/**
 * Makes whoever invites a contact, and notes them as verified when their key is the one that the invitation names. The key is looked at before and
 * after its number was worked out, and the engine looks once more: a server that changes it in between gains nothing.
 * @returns the name as registered, and whether it is really them
 * @throws ChatnipError no_such_user, or unavailable when offline
 */
export const acceptInvitation = async (
  { messenger, ...chats }: Pick<Chats, 'messenger' | 'open'>,
  { by, key }: Invitation,
): Promise<{ readonly name: string; readonly isVerified: boolean }> => {
  const name = await chats.open(by)
  const isTheirs = (): boolean => {
    const contact = messenger.contact(name)
    return contact?.fingerprint === key && !contact.mustConfirm
  }
  if (!isTheirs()) return { name, isVerified: false }
  const { digits } = await messenger.safetyNumber(name)
  if (!isTheirs()) return { name, isVerified: false }
  return { name, isVerified: await messenger.setCompared(name, true, digits) }
}
