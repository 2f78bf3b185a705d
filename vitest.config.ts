import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { correctMls } from './scripts/correct-mls.ts'

correctMls()

/** Each store starts a thread; with its compiled code kept between them that takes half the time. */
const env = { NODE_COMPILE_CACHE: join(tmpdir(), 'chatnip-compile-cache') }

/** Keeps every core busy by itself: beside others both would be slower, and its minute would not be one. */
const ALONE = ['test/simulation/**/*.test.ts']

/**
 * `unit`: beside the code and quick. `boundaries`: the arrows. `system`: needs more than one part. `alone`: takes the whole machine.
 * `browser`: real browsers, one file at a time.
 */
export default defineConfig({
  test: {
    reporters: ['default'],
    // By itself vitest leaves a core to the editor; half of a small machine would stand idle.
    maxWorkers: availableParallelism(),
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{protocol,crypto,server,sdk,web}/src/**/*.test.{ts,tsx}'],
          testTimeout: 20_000,
          env,
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          exclude: ['test/{boundaries,browser}/**', ...ALONE],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          env,
        },
      },
      {
        test: {
          name: 'alone',
          include: ALONE,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          env,
        },
      },
      { test: { name: 'boundaries', include: ['test/boundaries/**/*.test.ts'] } },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 90_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          expect: { poll: { timeout: 40_000 } },
        },
      },
    ],
  },
})
