import { join } from 'node:path'
import { buildApp } from './build.ts'

/** `npm run build`: makes web/dist. */
const root = join(import.meta.dirname, '..')
await buildApp(root, join(root, 'dist'))
