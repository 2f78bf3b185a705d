import { fileURLToPath } from 'node:url'

/** What is measured in a browser, built as the web app is. */
export default {
  build: {
    target: 'es2022',
    emptyOutDir: true,
    lib: {
      entry: { 'conversation-page': fileURLToPath(new URL('./conversation-page.ts', import.meta.url)) },
      formats: ['es'],
    },
    minify: true,
  },
}
