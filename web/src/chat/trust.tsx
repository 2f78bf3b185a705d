import type { ContactView } from '@chatnip/sdk'
import { Icon } from '../components/icon.tsx'
import { Link } from '../components/link.tsx'
import { t } from '../texts/index.ts'

/** How far somebody's key can be trusted, in two words that lead to the comparison. */
export const Trust = ({ contact }: { readonly contact: ContactView | null }) => {
  const { trust } = t().chat
  if (contact === null) return null
  if (!contact.canSeal)
    return (
      <span class="trust bad">
        <Icon name="warning" size={16} />
        {trust.plain}
      </span>
    )
  const state = contact.keyChanged ? 'changed' : contact.compared ? 'compared' : 'same'
  return (
    <Link
      to={{ page: 'compare', name: contact.name }}
      class={{ changed: 'trust bad', compared: 'trust good', same: 'trust' }[state]}
    >
      <Icon name={state === 'changed' ? 'warning' : state === 'compared' ? 'shield' : 'lock'} size={16} />
      {trust[state]}
    </Link>
  )
}
