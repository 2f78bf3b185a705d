import type { ComponentChildren } from 'preact'
import type { GroupView } from '@chatnip/sdk'
import { Avatar } from '../components/avatar.tsx'
import { GroupAvatar } from '../components/group-avatar.tsx'
import { Heading } from '../components/heading.tsx'
import { Icon } from '../components/icon.tsx'
import { goBack } from '../router.ts'
import type { Route } from '../router.ts'
import { t } from '../texts/index.ts'

interface Props {
  readonly name: string
  readonly title: string
  readonly group?: GroupView | null
  /** The picture that they chose is not shown. */
  readonly isStranger?: boolean
  readonly back: Route
  readonly focus: boolean
  /** On wide screens the list is beside, so only narrow ones need the button. */
  readonly backAlways?: boolean
  readonly children?: ComponentChildren
  /** At the other end of the line. */
  readonly end?: ComponentChildren
}

const Face = ({ name, group = null, isStranger = false }: Pick<Props, 'name' | 'group' | 'isStranger'>) =>
  group === null ? (
    <Avatar name={name} size={40} drawn={isStranger} />
  ) : (
    <GroupAvatar picture={group.picture} size={40} />
  )

/** Who the conversation is with. */
export const ChatHead = ({ name, title, back, focus, backAlways = false, children, end, ...who }: Props) => (
  <header class="chat-head">
    <button
      type="button"
      class={backAlways ? 'icon-button' : 'icon-button back'}
      aria-label={backAlways ? t().common.back : t().chats.back}
      onClick={() => {
        goBack(back)
      }}
    >
      <Icon name="back" />
    </button>
    <Face name={name} {...who} />
    <div class="chat-title">
      <Heading text={title} focus={focus} />
      {children}
    </div>
    {end}
  </header>
)
