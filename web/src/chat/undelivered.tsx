import type { Chats } from '../state/chats.ts'
import { isMessage } from '../format/lines.ts'
import type { LogItem } from '../format/lines.ts'
import type { OpenConversation } from '../state/conversation.ts'
import { t } from '../texts/index.ts'
import { isUndelivered, troubleOf } from './troubles.ts'

interface Props {
  readonly chats: Chats
  readonly name: string
  readonly open: OpenConversation
}

/** So many lines at the end of a log are in sight on most screens. */
const IN_SIGHT = 8

const isFarBack = (items: readonly LogItem[], item: LogItem): boolean => !items.slice(-IN_SIGHT).includes(item)

/** The line is there after the next drawing at the latest; the focus on it lets screen readers read it and the keys go on from it. */
const show = ({ id }: { readonly id: string }): void => {
  requestAnimationFrame(() => {
    const line = document.querySelector(`[data-id="${CSS.escape(id)}"]`)
    line?.scrollIntoView({ block: 'center' })
    line?.querySelector<HTMLElement>('.trouble .link')?.focus({ preventScroll: true })
  })
}

/** Why the first of the waiting messages waits. */
const heldBack = (items: readonly LogItem[]): string | null => {
  const held = items.find((item) => isMessage(item) && item.state === 'waiting' && item.refusal !== null)
  return held === undefined || !isMessage(held) ? null : troubleOf(held, t())
}

/**
 * Says that own messages did not arrive, and leads to those that stand too far back to be seen. Those in sight speak for
 * themselves; of them this tells screen readers only, when it happens.
 */
export const Undelivered = ({ chats, name, open }: Props) => {
  const { chat, chats: list } = t()
  const run = open.run.value
  const items = run?.last === true ? run.items : []
  const count = chats.conversations.value.find((one) => one.name === name)?.undelivered ?? 0
  const near = items.slice(-IN_SIGHT).filter(isUndelivered).length
  const far = run !== null && count > near
  const lead = async (): Promise<void> => {
    const found = await open.find((item, all) => isUndelivered(item) && isFarBack(all, item))
    if (found !== null && isMessage(found)) show(found)
  }
  return (
    <div class={far ? 'undelivered-line' : 'hidden'}>
      <output>
        {count > 0 && `${list.undelivered(count)}. `}
        {!far && heldBack(items)}
      </output>
      {far && (
        <button type="button" class="link" onClick={() => void lead().catch(() => undefined)}>
          {chat.showUndelivered}
        </button>
      )}
    </div>
  )
}
