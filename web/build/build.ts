import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { build } from 'vite'
import { fingerprint, listFiles } from './files.ts'

/** Where the hashes of all files stand, on the server and in the folder of the build. */
export const CLIENT_MANIFEST = '/.well-known/chatnip-client.json'

/**
 * Builds the web app: pages and scripts, the service worker that lists them, and the list of hashes of everything.
 * @param root the web workspace
 * @param folder what takes the place of this folder, in one step, once all is there: a server that runs beside never serves half
 */
export async function buildApp(root: string, folder: string): Promise<void> {
  const aside = `${folder}.new`
  await rm(aside, { recursive: true, force: true })
  await buildPages(root, aside)
  const id = await markVersion(aside)
  await buildServiceWorker(root, aside, id)
  await writeManifest(root, aside, id)
  await rm(folder, { recursive: true, force: true })
  await rename(aside, folder)
}

async function buildPages(root: string, outDir: string): Promise<void> {
  await build({
    root,
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true },
  })
}

/** Writes into the page which version it is. @returns the version: a hash over everything that the page may ever load */
async function markVersion(outDir: string): Promise<string> {
  const id = fingerprint(await listFiles(outDir)).slice(0, 32)
  const page = join(outDir, 'index.html')
  const html = await readFile(page, 'utf8')
  await writeFile(page, html.replace('<head>', `<head>\n    <meta name="chatnip-version" content="${id}" />`))
  return id
}

/** A script of its own, in one piece: browsers look at its bytes alone to tell a new version from an old one. */
async function buildServiceWorker(root: string, outDir: string, id: string): Promise<void> {
  const built = await listFiles(outDir)
  const files = Object.fromEntries(built.map(({ path, digest }) => [path, digest.toString('base64')]))
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    define: { CHATNIP_VERSION: JSON.stringify({ id, files }) },
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: {
        input: join(root, 'service-worker/main.ts'),
        output: { format: 'iife', entryFileNames: 'sw.js' },
      },
    },
  })
}

/** Written last: a server takes it as the sign that a build is whole. */
async function writeManifest(root: string, folder: string, id: string): Promise<void> {
  const { version }: { readonly version: string } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const built = await listFiles(folder)
  const files = Object.fromEntries(
    built.map(({ path, bytes, digest }) => [path, { bytes, sha256: digest.toString('hex') }]),
  )
  const manifest = { name: 'chatnip', version, id, files }
  const file = join(folder, CLIENT_MANIFEST)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `${JSON.stringify(manifest, null, 2)}\n`)
}
