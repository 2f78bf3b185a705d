import type { NoticeView } from '@chatnip/sdk'
import { listed } from '../groups/names.ts'
import { t } from '../texts/index.ts'

type GroupNotice = Extract<NoticeView, { readonly kind: 'group' }>

/** What happened in a group of many, in a sentence. */
export function newsWords({ by, news }: GroupNotice): string {
  const { groups } = t()
  switch (news.type) {
    case 'made':
    case 'renamed':
      return groups[news.type](by, news.title)
    case 'added':
    case 'removed':
      return groups[news.type](by, listed(news.who))
    case 'left':
      return groups.left(listed(news.who))
    case 'role':
      return groups[news.role](by, listed(news.who))
    case 'picture':
    case 'joined':
      return groups[news.type](by)
    case 'not allowed':
      return groups.notAllowed(by)
  }
}
