import { ensureServerBundle, ensureWebBundle } from './bundles.ts'

/** `npm start`: the bundles when they are missing or old, then the server in this same process. */
await ensureWebBundle()
const bundle: string = new URL('../server/dist/main.js', import.meta.url).href
const sources: string = new URL('../server/src/main.ts', import.meta.url).href
const isBuilt = await ensureServerBundle().then(
  () => true,
  () => false,
)
if (!isBuilt)
  console.error(
    'The server could not be put together here, so it runs from its sources: it takes a little more memory.',
  )
await import(isBuilt ? bundle : sources)
