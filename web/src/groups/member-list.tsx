import type { GroupMemberView, GroupView } from '@chatnip/sdk'
import { useSignal } from '@preact/signals'
import { Avatar } from '../components/avatar.tsx'
import { Icon } from '../components/icon.tsx'
import { Link } from '../components/link.tsx'
import { Said } from '../components/said.tsx'
import { problemOf } from '../state/problems.ts'
import type { Problem } from '../state/problems.ts'
import type { Chats } from '../state/chats.ts'
import { t } from '../texts/index.ts'

interface Props {
  readonly chats: Chats
  readonly name: string
  readonly group: GroupView
}

interface MemberProps {
  readonly member: GroupMemberView
  /** Whether one may change who is in. */
  readonly changeable: boolean
  readonly onRemove: () => void
  readonly onRole: () => void
}

/** How sure one can be who somebody is; for anybody else than oneself it leads to the comparison. */
const Sure = ({ name, own, compared }: GroupMemberView) => {
  const { trust } = t().chat
  if (own) return <span class="trust">{t().groups.you}</span>
  return (
    <Link to={{ page: 'compare', name }} class={compared ? 'trust good' : 'trust'}>
      <Icon name={compared ? 'shield' : 'lock'} size={16} />
      {compared ? trust.compared : trust.same}
    </Link>
  )
}

const Member = ({ member, changeable, onRemove, onRole }: MemberProps) => {
  const { groups } = t()
  const { name, role } = member
  return (
    <li class="member">
      <Avatar name={name} size={40} />
      <div>
        <strong>{name}</strong> {role === 'owner' && <span class="muted">{groups.isOwner}</span>}
        <div>
          <Sure {...member} />
        </div>
        {changeable && (
          <div class="row">
            <button
              type="button"
              class="button small"
              aria-label={role === 'owner' ? groups.makeMemberLabel(name) : groups.makeOwnerLabel(name)}
              onClick={onRole}
            >
              {role === 'owner' ? groups.makeMember : groups.makeOwner}
            </button>
            <button type="button" class="button small" aria-label={groups.removeLabel(name)} onClick={onRemove}>
              {groups.remove}
            </button>
          </div>
        )}
      </div>
    </li>
  )
}

/** Everybody in a group, in the order in which they came. */
export const MemberList = ({ chats, name, group }: Props) => {
  const { groups, errors } = t()
  const { messenger } = chats
  const problem = useSignal<Problem | null>(null)
  const attempt = (work: Promise<void>) => {
    problem.value = null
    work.catch((error: unknown) => (problem.value = problemOf(error)))
  }
  return (
    <>
      {problem.value !== null && <Said kind="bad">{errors[problem.value]}</Said>}
      <ul class="members-list" aria-label={groups.inIt}>
        {group.members.map((member) => (
          <Member
            key={member.name}
            member={member}
            changeable={group.role === 'owner' && !member.own}
            onRemove={() => {
              attempt(messenger.removeFromGroup(name, member.name))
            }}
            onRole={() => {
              attempt(messenger.setGroupRole(name, member.name, member.role === 'owner' ? 'member' : 'owner'))
            }}
          />
        ))}
      </ul>
    </>
  )
}
