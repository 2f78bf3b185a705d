/** What the build has made: filled in by it, and in these very bytes a new version differs from an old one. */
export interface Version {
  /** The same as in the page's own `meta`. */
  readonly id: string
  /** Each file of the app by its path, with its SHA-256 in base64. */
  readonly files: Readonly<Record<string, string>>
}

declare const CHATNIP_VERSION: Version

export const version: Version = CHATNIP_VERSION

/** Ours among the origin's caches. */
export const PREFIX = 'chatnip app '

/** The cache in which this version lies. */
export const cacheName: string = PREFIX + version.id

export const isOurs = (name: string): boolean => name.startsWith(PREFIX)
