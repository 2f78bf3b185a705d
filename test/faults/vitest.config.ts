import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/**
 * The tests that make real faults: not part of `npm test`, one file at a time, since each of them wants the machine's two cores and some
 * measure times. `npm run test:faults` runs them and reports.
 */
export default defineConfig({
  test: {
    include: ['test/faults/**/*.fault.ts'],
    fileParallelism: false,
    testTimeout: process.env['CHATNIP_FAULTS_TIER'] === 'release' ? 3 * 3_600_000 : 900_000,
    hookTimeout: 120_000,
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'chatnip-compile-cache') },
  },
})
