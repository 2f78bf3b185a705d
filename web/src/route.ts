/** Every place in the app that has an address. */
export type Route =
  | { readonly page: 'welcome' }
  | { readonly page: 'about' }
  | { readonly page: 'signUp' }
  | { readonly page: 'logIn' }
  | { readonly page: 'recover' }
  | { readonly page: 'settings' }
  | { readonly page: 'known' }
  | { readonly page: 'invite' }
  | { readonly page: 'chats' }
  | { readonly page: 'chat'; readonly name: string }
  | { readonly page: 'compare'; readonly name: string }
  | { readonly page: 'lost' }

const FIXED: readonly (readonly [path: string, page: Exclude<Route['page'], 'chat' | 'compare' | 'lost'>])[] = [
  ['/', 'welcome'],
  ['/about', 'about'],
  ['/signup', 'signUp'],
  ['/login', 'logIn'],
  ['/recover', 'recover'],
  ['/settings', 'settings'],
  ['/known', 'known'],
  ['/invite', 'invite'],
  ['/chats', 'chats'],
]

const decode = (part: string): string | null => {
  try {
    return decodeURIComponent(part).replace(/^~/u, '')
  } catch {
    return null
  }
}

const parseChat = (parts: readonly string[]): Route => {
  const [name, view, ...rest] = parts
  const decoded = name === undefined ? null : decode(name)
  if (decoded === null || decoded === '' || rest.length > 0) return { page: 'lost' }
  if (view === undefined) return { page: 'chat', name: decoded }
  return view === 'compare' ? { page: 'compare', name: decoded } : { page: 'lost' }
}

/** Reads a path (without query and fragment). Anything unknown is the page `lost`. */
export const parseRoute = (path: string): Route => {
  const clean = path.length > 1 ? path.replace(/\/+$/, '') : path
  const fixed = FIXED.find(([known]) => known === clean)
  if (fixed !== undefined) return { page: fixed[1] }
  const parts = clean.split('/').slice(1)
  return parts[0] === 'chats' ? parseChat(parts.slice(1)) : { page: 'lost' }
}

/** A name of dots alone would be taken for a step up, however it is written, so it gets a tilde in front, which no name has. */
const encodeName = (name: string): string => (/^\.{1,2}$/u.test(name) ? '~' : '') + encodeURIComponent(name)

/** The path of a route; the opposite of `parseRoute`. */
export const formatRoute = (route: Route): string => {
  if (route.page === 'chat') return `/chats/${encodeName(route.name)}`
  if (route.page === 'compare') return `/chats/${encodeName(route.name)}/compare`
  return FIXED.find(([, page]) => page === route.page)?.[0] ?? '/'
}
