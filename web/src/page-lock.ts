/**
 * Every open page holds a Web Lock of this name followed by its version. By it the service worker knows which versions are in use.
 */
export const PAGE_LOCK = 'chatnip page '

/** What pages tell the service worker: the new version may begin, or a page has begun and earlier versions may be gone. */
export type PageWord = 'take over' | 'clean up'
