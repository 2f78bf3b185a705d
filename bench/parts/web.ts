import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync } from 'node:zlib'
import type { Part } from '../kit/part.ts'

/**
 * The built web app: KiB of script and of styles after brotli, all files together. (How long the pages take in a browser is measured in
 * `test/browser/`.) Left out, with a word, when the app has not been built.
 */
export const web: Part = {
  name: 'web',
  run: ({ report }) => {
    const folder = fileURLToPath(new URL('../../web/dist', import.meta.url))
    if (!existsSync(folder)) {
      console.log('web: left out, since the app has not been built (npm run build)')
      return Promise.resolve()
    }
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    const kibibytes = (ending: string) =>
      files
        .filter((file) => file.endsWith(ending))
        .reduce((sum, file) => sum + brotliCompressSync(readFileSync(join(folder, file))).length, 0) / 1_024
    const figures = { scriptKiB: kibibytes('.js'), stylesKiB: kibibytes('.css') }
    report.add({ part: 'web', who: 'chatnip', what: 'all files, brotli', figures })
    return Promise.resolve()
  },
}
