/**
 * Every open page holds a Web Lock of this name followed by its version. By it the service worker knows which versions are in use.
 */
export const PAGE_LOCK = 'chatnip page '

/**
 * What pages tell the service worker: the new version may begin; a page has begun and earlier versions may be gone; somebody looks, and what was shown
 * may go; the next push is a trial, to be shown to who looks at the page too; or something to show.
 */
export type PageWord = 'take over' | 'clean up' | 'seen' | 'trial' | Notice

/** A notification. */
export interface Notice {
  readonly kind: 'notice'
  readonly title: string
  readonly body: string
  /** Of several with the same tag the last stands. */
  readonly tag: string
  /** Where a press on it leads. */
  readonly path: string
  readonly sound: boolean
}

/** What the service worker tells pages: something was pushed, look; or a notification was pressed. */
export type WorkerWord = { readonly kind: 'pushed' } | { readonly kind: 'go'; readonly path: string }

/** The cache in which pages leave what the service worker says when it is woken and no page is there: a `Notice`, in the person's language. */
export const WORDS_CACHE = 'chatnip words'
export const WORDS = '/chatnip-words'

/** Where the system sends what is shared with the app, and behind which mark of the address it reaches the page. */
export const SHARE_PATH = '/share'
export const SHARE_MARK = '#share='
