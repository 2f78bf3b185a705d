/**
 * Where pictures and the parts of blobs lie: small files under names of our own making, written once and never changed. One interface, one
 * contract suite (`contract.ts`), two makers: a folder, which several nodes may share, and any S3-compatible store.
 *
 * What only the machine can cause is thrown as ChatnipError `disk_full` or `unavailable`.
 */
export interface Files {
  /** For people: where that is. Holds no secret. */
  readonly place: string
  /**
   * Resolves when the file will be there whole after a power cut; until then it is not there, or whole. Of several at once under one name
   * one stands.
   */
  put(name: string, bytes: Uint8Array): Promise<void>
  /** Null: there is none of that name. */
  get(name: string): Promise<Uint8Array | null>
  /** Resolves when they are gone for good. Those that are not there are no error. */
  remove(names: readonly string[]): Promise<void>
}

/** `avatars/<hash>.webp`, `blobs/<two digits>/<hash>-<number>`: nothing that somebody else made ever stands in a name. */
const NAME = /^[a-z]+(?:\/[0-9a-z]+){0,2}(?:[-.][0-9a-z]+)?$/

/** @throws TypeError for a name that is none of ours, which is a mistake of the program */
export function checkName(name: string): void {
  if (!NAME.test(name)) throw new TypeError('a file of that name is never made')
}
