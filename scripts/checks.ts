import type { Step } from './run.ts'

/** `test` reads `bench`, `scripts` and the sdk's Node part as well. */
const WORKSPACES = [
  'test',
  'server',
  'server/build',
  'sdk',
  'web',
  'web/service-worker',
  'web/build',
  'protocol',
  'crypto',
]

/** What can be checked without running the program. */
export const CHECKS: readonly Step[] = [
  { name: 'lint', command: ['oxlint', '--deny-warnings'] },
  ...WORKSPACES.map((folder): Step => ({ name: `types ${folder}`, command: ['tsc', '-p', folder] })),
  { name: 'format', command: ['oxfmt', '--check'] },
  { name: 'unused code and undeclared dependencies', command: ['knip'] },
]
