import { openQuestions } from '../../accounts/questions.ts'
import { ConfigError, readConfig, SETTINGS } from '../../config.ts'
import type { Config } from '../../config.ts'
import type { Surroundings } from '../command.ts'
import { bad, look, ok, reasonOf } from './finding.ts'
import type { Finding } from './finding.ts'

type Env = Surroundings['env']

const TABLE = Object.values(SETTINGS)
const KEYS: ReadonlySet<string> = new Set(TABLE.map(({ key }) => key))

const textOf = (env: Env, key: string): string => env[key]?.trim() ?? ''

/** The keys whose values make no sense, each with its sentence. */
function badKeys(env: Env): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const { key, fallback, read } of TABLE) {
    try {
      read(textOf(env, key) || fallback, key)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      found.set(key, error.message)
    }
  }
  return found
}

/** Looks at every setting by itself; the configuration it returns has the default for each bad one. */
export function checkSettings(env: Env): { readonly findings: readonly Finding[]; readonly config: Config } {
  const wrong = badKeys(env)
  const set = TABLE.map(({ key }) => key).filter((key) => textOf(env, key) !== '' && !wrong.has(key))
  const strange = Object.keys(env).filter((key) => key.startsWith('CHATNIP_') && !KEYS.has(key))
  const config = readConfig(Object.fromEntries(Object.entries(env).filter(([key]) => !wrong.has(key))))
  const findings = [
    ...[...wrong.values()].map(bad),
    ...(wrong.size > 0
      ? []
      : [ok(`The settings are valid; set here: ${set.join(', ') || 'none, all have their defaults'}.`)]),
    ...strange.map((key) => look(`${key} is no setting of Chatnip and does nothing. Check its spelling.`)),
    ...checkQuestions(config),
    ...(config.rateLimits === 'off'
      ? [look('CHATNIP_RATE_LIMITS is off: anybody can guess passwords and flood. Remove it.')]
      : []),
  ]
  return { findings, config }
}

function checkQuestions({ questions }: Config): readonly Finding[] {
  try {
    openQuestions(questions)
    return []
  } catch (error) {
    return [bad(reasonOf(error))]
  }
}
