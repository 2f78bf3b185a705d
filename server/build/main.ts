import { join } from 'node:path'
import { buildServer } from './build.ts'

/** `npm run build`: makes server/dist. */
const root = join(import.meta.dirname, '..')
await buildServer(root, join(root, 'dist'))
