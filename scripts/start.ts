import { ensureServerBundle, ensureWebBundle } from './bundles.ts'

/** `npm start`: the bundles when they are missing or old, then the server in this same process. */
await ensureWebBundle()
await ensureServerBundle()
const bundle: string = new URL('../server/dist/main.js', import.meta.url).href
await import(bundle)
