import { roleOf } from './info.ts'
import type { Info, Role } from './info.ts'

/** What happened in a group of many, as it is noted in the log. Accounts in lower case. */
export type News =
  | { readonly type: 'made' | 'renamed'; readonly title: string }
  | { readonly type: 'added' | 'removed' | 'left'; readonly who: readonly string[] }
  | { readonly type: 'role'; readonly who: readonly string[]; readonly role: Role }
  /** `joined`: this account was let in. `not allowed`: somebody tried what they may not, and it was not done. */
  | { readonly type: 'picture' | 'joined' | 'not allowed' }

/**
 * @param before null: this device has just come in
 * @param by account of who did it
 */
export function newsOf(before: Info | null, after: Info, by: string): readonly News[] {
  if (before === null) return after.version === 1 ? [{ type: 'made', title: after.title }] : [{ type: 'joined' }]
  const gone = before.members.filter(({ account }) => roleOf(after, account) === null).map(({ account }) => account)
  const fresh = after.members.filter(({ account }) => roleOf(before, account) === null).map(({ account }) => account)
  const removed = gone.filter((account) => account !== by)
  const news: News[] = []
  if (before.title !== after.title) news.push({ type: 'renamed', title: after.title })
  if (before.picture !== after.picture) news.push({ type: 'picture' })
  if (fresh.length > 0) news.push({ type: 'added', who: fresh })
  if (removed.length > 0) news.push({ type: 'removed', who: removed })
  if (gone.includes(by)) news.push({ type: 'left', who: [by] })
  return [...news, ...roleNews(before, after)]
}

function roleNews(before: Info, after: Info): readonly News[] {
  const changed = (role: Role): readonly string[] =>
    after.members
      .filter((one) => one.role === role && ![null, role].includes(roleOf(before, one.account)))
      .map(({ account }) => account)
  return (['owner', 'member'] as const).flatMap((role): readonly News[] => {
    const who = changed(role)
    return who.length === 0 ? [] : [{ type: 'role', who, role }]
  })
}
