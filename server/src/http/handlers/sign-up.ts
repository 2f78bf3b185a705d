import manifest from '../../../package.json' with { type: 'json' }
import type { Handlers } from '../call.ts'

export const SIGN_UP = {
  get_server_info: ({ config }) => ({
    name: 'chatnip',
    version: manifest.version,
    signup: config.signup,
    retention_days: config.retentionDays,
  }),
  get_fill_in_the_blanks: ({ questions }) => ({ question: questions.ask() }),
  get_challenge: async ({ proofs }) => ({ challenge: await proofs.challenge() }),
} satisfies Partial<Handlers>
