/** The environment of a server that is wrong on purpose: a module of programs/ is loaded first, in each of its threads. */
export const wrongBy = (program: string): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--import=${new URL(`../programs/${program}`, import.meta.url).href}`,
})
