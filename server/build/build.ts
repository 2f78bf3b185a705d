import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { relative, sep } from 'node:path'
import { build } from 'vite'
import type { Plugin } from 'vite'

/** What comes with a machine's own code, which can't be put into another file. */
const LEFT_OUT = ['sharp']

/**
 * Puts the server and what it stands on into a few files: a thousand small modules take 25 MB and a third of a second of every start.
 * The sources stay what they are, and run as they are (docs/decisions/0029).
 * @param root the server's workspace
 * @param folder beside the sources; what takes its place does so once all is there. A server that runs from it has to be started anew: the parts
 * that it loads later are of another name.
 */
export async function buildServer(root: string, folder: string): Promise<void> {
  const aside = `${folder}.${process.pid}`
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    plugins: [keepPlaces(folder)],
    ssr: { noExternal: true, external: LEFT_OUT },
    build: {
      ssr: 'src/main.ts',
      outDir: aside,
      emptyOutDir: true,
      /** Names in the stack of an error are worth more than bytes on a disk. */
      minify: false,
      target: 'node24',
      rolldownOptions: { output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' } },
    },
  })
  const old = `${aside}.old`
  if (existsSync(folder)) await rename(folder, old)
  await rename(aside, folder)
  await rm(old, { recursive: true, force: true })
}

/** Migrations, pages, threads: modules of ours name them from where they stand themselves, and that stays true in the bundle. */
function keepPlaces(folder: string): Plugin {
  return {
    name: 'keep-places',
    enforce: 'pre',
    transform(code, id) {
      if (id.startsWith('\0') || id.includes('node_modules') || !code.includes('import.meta.url')) return null
      const place = relative(folder, id).split(sep).join('/')
      return code.replaceAll('import.meta.url', `new URL(${JSON.stringify(place)}, import.meta.url).href`)
    },
  }
}
