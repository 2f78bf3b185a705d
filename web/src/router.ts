import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import { formatRoute, parseRoute } from './route.ts'
import type { Route } from './route.ts'

export { formatRoute, parseRoute } from './route.ts'
export type { Route } from './route.ts'

const current = signal<Route>({ page: 'welcome' })

/** Where the person is. */
export const route: ReadonlySignal<Route> = current

/** Begins to follow the address bar and the browser's back and forward buttons. */
export const startRouter = (): void => {
  const follow = () => {
    current.value = parseRoute(location.pathname)
  }
  addEventListener('popstate', follow)
  follow()
}

/** Goes somewhere. `replace` leaves no step to come back to. */
export const navigate = (to: Route, options: { readonly replace?: boolean } = {}): void => {
  const path = formatRoute(to)
  if (options.replace === true) history.replaceState(null, '', path)
  else if (path !== location.pathname) history.pushState({ inside: true }, '', path)
  current.value = to
}

const cameFromInside = (state: unknown): boolean => typeof state === 'object' && state !== null && 'inside' in state

/** One step back when that step lies in this app, else to `fallback`: a shared link has nothing of ours behind it. */
export const goBack = (fallback: Route): void => {
  if (cameFromInside(history.state)) history.back()
  else navigate(fallback, { replace: true })
}
