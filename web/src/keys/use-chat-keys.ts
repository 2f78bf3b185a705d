import { signal } from '@preact/signals'
import { isListed } from '../people/standing.ts'
import { navigate } from '../router.ts'
import type { Chats } from '../state/chats.ts'
import { isMac, isWriting, useShortcuts } from './shortcuts.ts'

export type ChatDialog = 'jump' | 'search' | 'help' | 'group'

/** Which of the small dialogs is open. */
export const openDialog = signal<ChatDialog | null>(null)

/** The chats as they stand in the list; one's own notes last when nothing was noted yet. */
export const namesInOrder = (chats: Chats): readonly string[] => {
  const names = chats.conversations.value.filter(isListed).map(({ name }) => name)
  const own = chats.messenger.profile.username
  return names.includes(own) ? names : [...names, own]
}

/** The name `by` places from `current`, round and round; with nobody open, the first or the last. */
export const neighbour = (names: readonly string[], current: string | null, by: 1 | -1): string | null => {
  const at = current === null ? -1 : names.indexOf(current)
  if (at === -1) return names.at(by === 1 ? 0 : -1) ?? null
  return names.at((at + by) % names.length) ?? null
}

/** Moves among the chats by keys. */
export const useChatKeys = (chats: Chats, current: string | null): void => {
  const go = (names: readonly string[], by: 1 | -1) => (event: KeyboardEvent) => {
    /** On a Mac these keys go from paragraph to paragraph in a text. */
    if (isMac() && isWriting(event)) return false
    const name = neighbour(names, current, by)
    if (name !== null && name !== current) navigate({ page: 'chat', name })
    return true
  }
  const unread = new Set(chats.conversations.value.filter((one) => one.unread > 0).map(({ name }) => name))
  const names = namesInOrder(chats)
  const waiting = names.filter((name) => name === current || unread.has(name))
  useShortcuts({
    jump: () => {
      openDialog.value = 'jump'
    },
    search: () => {
      openDialog.value = 'search'
    },
    help: () => {
      openDialog.value = 'help'
    },
    previous: go(names, -1),
    next: go(names, 1),
    previousUnread: go(waiting, -1),
    nextUnread: go(waiting, 1),
  })
}
