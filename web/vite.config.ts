import { defineConfig } from 'vite'

/** The web bundle is the only build step. Everything it makes is served from our own origin under a strict CSP. */
export default defineConfig({
  /** From the root of this workspace. */
  resolve: { alias: [{ find: /^crypto$/u, replacement: '/build/no-node-crypto.ts' }] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    /** One style sheet: pages that load later never flash unstyled. */
    cssCodeSplit: false,
    /** data: addresses would have to be allowed by the CSP. */
    assetsInlineLimit: 0,
    /** The preload helper's polyfill only serves browsers that cannot run this bundle anyway. */
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    /** What both the first load and the later loaded conversations use would be cut into files of a few hundred bytes each, which pack badly. */
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            {
              name: 'base',
              test: /(?:crypto\/src\/(?:bytes|box)|protocol\/src\/[a-z]+|sdk\/src\/(?:ports|engine\/(?:content|lifetime)|driver\/vault)|web\/src\/(?:router?|components\/icon|state\/(?:pictures|problems|title)))\.tsx?$/u,
            },
          ],
        },
      },
    },
  },
  worker: { format: 'es' },
})
