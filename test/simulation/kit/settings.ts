/** What the environment says: SEED repeats a search, RUNS lengthens or shortens it. */
export const SEED = Number(process.env['SEED'] ?? 42)
export const RUNS = Number(process.env['RUNS'] ?? 20_000)

/** A control that is not found within so many runs fails the build. */
export const MUTANT_RUNS = 20_000

/** Longer than any machine needs; what is too slow is seen elsewhere. */
export const PATIENCE_MS = 600_000
