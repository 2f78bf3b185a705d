import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import type { Store } from '../store/store.ts'
import { publicPolicy } from './policy.ts'
import type { PushPolicy } from './policy.ts'
import { openPushes } from './pushes.ts'
import type { Pushes } from './pushes.ts'
import { openSender } from './send.ts'
import { freshPushKey, openVapid } from './vapid.ts'

interface Deps {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
}

/** Apple takes no token without somebody to turn to. */
const NOBODY = 'mailto:nobody@chatnip.invalid'

/** @param policy another than the one of the settings; in tests */
export async function openPush(config: Config, deps: Deps, policy?: PushPolicy): Promise<Pushes> {
  if (config.push === null) return openPushes(deps, null)
  const subject = config.publicUrl?.startsWith('https:') === true ? config.publicUrl : NOBODY
  const vapid = openVapid(await deps.store.secret('push', freshPushKey()), subject)
  const rules = policy ?? publicPolicy(config.push)
  const sender = openSender(rules, vapid, () => deps.clock.now())
  const pushes = openPushes(deps, { publicKey: vapid.publicKey, policy: rules, send: sender.send })
  const close = () => {
    pushes.close()
    sender.close()
  }
  return { ...pushes, close }
}
