import { fileURLToPath } from 'node:url'

const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** `page.ts` as one page, and conversations alone, to weigh them: built as the web app is. */
export default {
  build: {
    target: 'es2022',
    emptyOutDir: true,
    lib: {
      entry: { page: beside('./page.ts'), alone: beside('../../crypto/src/conversation/index.ts') },
      formats: ['es'],
    },
    minify: true,
  },
}
