import { open } from 'node:fs/promises'
import { around } from '../kit/around.ts'

/** The control of T18, loaded before the real server: files are written and renamed, and whether they are on disk is left to the kernel. */
const file = await open('/dev/null', 'r')
around(Object.getPrototypeOf(file), 'sync', () => Promise.resolve())
await file.close()
