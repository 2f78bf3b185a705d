import { createHash } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { applyCorrections, MLS_FILES, MLS_VERSION } from './mls-corrections.ts'
import { top } from './run.ts'

/**
 * Corrects the installed MLS library, once: `npm ci` may go without install scripts, so whoever tests or bundles does this first. Running
 * it again changes nothing. Anything unexpected is refused: another version, or bytes that are neither the published nor the corrected ones.
 */

/** Where the library that crypto/ resolves to is installed, or null when it is not (before `npm ci`). */
function findLibrary(): string | null {
  try {
    return dirname(createRequire(join(top, 'crypto/package.json')).resolve('ts-mls'))
  } catch {
    return null
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')

/**
 * @param folder of the library's built files
 * @returns the files that were corrected by this call
 * @throws Error for another version or unknown bytes; nothing is written then
 */
export function correctMls(folder: string | null = findLibrary()): readonly string[] {
  if (folder === null) return []
  const { version }: { version: string } = JSON.parse(readFileSync(join(folder, '../../package.json'), 'utf8'))
  if (version !== MLS_VERSION) {
    throw new Error(
      `ts-mls ${MLS_VERSION} is what we know and correct; ${version} is installed. See docs/decisions/0011.`,
    )
  }
  const corrected = Object.entries(MLS_FILES).map(([file, hashes]) => {
    const text = readFileSync(join(folder, file), 'utf8')
    if (digest(text) === hashes.corrected) return null
    if (digest(text) !== hashes.published)
      throw new Error(`${file} of ts-mls ${version} is neither as published nor as we correct it.`)
    const result = applyCorrections(file, text, () => true)
    if (digest(result) !== hashes.corrected)
      throw new Error(`The corrections of ${file} gave something else: ${digest(result)}.`)
    return { file, result }
  })
  return corrected
    .filter((entry) => entry !== null)
    .map(({ file, result }) => {
      // Renamed into place: another process that does the same writes the same bytes, and nobody ever reads half a file.
      const target = join(folder, file)
      const draft = `${target}.${process.pid}`
      writeFileSync(draft, result)
      renameSync(draft, target)
      return file
    })
}

if (import.meta.main) {
  const files = correctMls()
  if (files.length > 0) console.log(`ts-mls corrected: ${files.join(', ')}`)
}
