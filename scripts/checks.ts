import type { Step } from './run.ts'

const WORKSPACES = ['protocol', 'crypto', 'server', 'sdk', 'sdk/src/node', 'web', 'test', 'bench']

/** What can be checked without running the program. */
export const CHECKS: readonly Step[] = [
  { name: 'format', command: ['oxfmt', '--check'] },
  ...WORKSPACES.map((folder): Step => ({ name: `types ${folder}`, command: ['tsc', '-p', folder] })),
  { name: 'lint', command: ['oxlint', '--deny-warnings'] },
  { name: 'unused code and undeclared dependencies', command: ['knip'] },
]
