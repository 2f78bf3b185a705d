import { ensureServerBundle, ensureWebBundle } from './bundles.ts'

/** `npm run build`: both bundles, unless those that are there were made from the same sources. */
await ensureWebBundle()
await ensureServerBundle()
