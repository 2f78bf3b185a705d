import { ensureWebBundle } from './web-bundle.ts'

/** `npm start`: the web bundle when it is missing or old, then the server in this same process. */
await ensureWebBundle()
await import('../server/src/main.ts')
