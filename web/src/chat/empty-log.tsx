import type { ContactView, GroupView } from '@chatnip/sdk'
import { Link } from '../components/link.tsx'
import { Logo } from '../components/logo.tsx'
import { t } from '../texts/index.ts'

interface Props {
  readonly name: string
  readonly own: boolean
  readonly contact: ContactView | null
  readonly group: GroupView | null
}

const sentence = ({ name, own, contact, group }: Props): string => {
  const { chat, groups } = t()
  if (group !== null) return groups.empty
  if (own) return chat.emptyNote
  return contact?.canSeal === false ? chat.emptyPlain(name) : chat.empty(name)
}

/** A conversation in which nothing was said yet. */
export const EmptyLog = (props: Props) => {
  const { chat } = t()
  const comparable = props.group === null && !props.own && props.contact?.canSeal !== false
  return (
    <div class="empty">
      <Logo size={56} />
      <p>{sentence(props)}</p>
      {comparable && (
        <Link to={{ page: 'compare', name: props.name }} class="button small">
          {chat.compare}
        </Link>
      )}
    </div>
  )
}
