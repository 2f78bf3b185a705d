/**
 * Whether the browser promises not to clear what this site has stored when it runs out of room. `unknown`: it does not say, as
 * old browsers and some private windows.
 */
export type Keeping = 'kept' | 'may be cleared' | 'unknown'

const toKeeping = (persisted: boolean): Keeping => (persisted ? 'kept' : 'may be cleared')

/** Looks without asking: nobody is shown anything. */
export const readKeeping = (): Promise<Keeping> =>
  'storage' in navigator && 'persisted' in navigator.storage
    ? navigator.storage.persisted().then(toKeeping, () => 'unknown')
    : Promise.resolve('unknown')

/**
 * Asks the browser to keep what is stored here. Firefox asks the person, and answers when they have; Chromium and Safari decide
 * by themselves. Whoever has said no in Firefox is not asked again.
 */
export const askToKeep = (): Promise<Keeping> =>
  'storage' in navigator && 'persist' in navigator.storage
    ? navigator.storage.persist().then(toKeeping, () => 'unknown')
    : Promise.resolve('unknown')
