import { registerHooks } from 'node:module'
import { MLS_CORRECTIONS } from '../../scripts/mls-corrections.ts'

/**
 * `node --import ./hooks.ts …`: runs a program over another library than the installed one, nothing on disk changed.
 *
 * - `CHATNIP_MLS_WITHOUT`: names of corrections that are taken back, with | between; `all` for all of them.
 * - `CHATNIP_MLS_SPOIL`: a text of the library and another for it, with => between: a defect put in.
 * - `CHATNIP_MLS_LIGHT`: any value puts in `light-suite.ts`.
 */
const without = (process.env['CHATNIP_MLS_WITHOUT'] ?? '').split('|')
const [spoilt, by = ''] = (process.env['CHATNIP_MLS_SPOIL'] ?? '').split('=>')
const isLight = process.env['CHATNIP_MLS_LIGHT'] !== undefined

const takenBack = MLS_CORRECTIONS.filter(
  ({ name }) => name !== 'mark' && (without.includes('all') || without.includes(name)),
)
const known = new Set(['', 'all', ...MLS_CORRECTIONS.map(({ name }) => name)])
for (const name of without) if (!known.has(name)) throw new RangeError(`There is no correction "${name}".`)

const change = (url: string, text: string): string => {
  const file = /\/ts-mls\/dist\/src\/(.*)$/.exec(url)?.[1]
  const back = takenBack
    .filter((correction) => correction.file === file)
    .reduce((current, { from, to }) => replaceOnce(current, to, from), text)
  return spoilt !== undefined && spoilt !== '' && back.includes(spoilt) ? replaceOnce(back, spoilt, by) : back
}

const replaceOnce = (text: string, from: string, to: string): string => {
  if (text.split(from).length !== 2) throw new RangeError(`This does not stand there once: ${from}`)
  return text.replace(from, () => to)
}

registerHooks({
  resolve(specifier, context, next) {
    const isSuite = isLight && specifier === './suite.ts'
    return isSuite
      ? { url: new URL('./light-suite.ts', import.meta.url).href, shortCircuit: true }
      : next(specifier, context)
  },
  load(url, context, next) {
    const loaded = next(url, context)
    if (!url.includes('/ts-mls/dist/src/') || loaded.source === undefined || loaded.source === null) return loaded
    const text = typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source)
    return { ...loaded, source: change(url, text) }
  },
})
