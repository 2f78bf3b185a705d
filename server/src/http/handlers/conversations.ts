import { ChatnipError } from '@chatnip/protocol'
import type { Limiter } from '../../limits/limiter.ts'
import type { Session, Supply } from '../../store/store.ts'
import type { Handlers } from '../call.ts'

export const CONVERSATIONS = {
  upload_key_packages: async ({ store }, { session, body }) => {
    const packages = { fresh: body.key_packages, lastResort: body.last_resort ?? null }
    const result = await store.addKeyPackages(session.account, deviceIdOf(session), packages)
    // The device went while it asked, and its session with it.
    if (result === 'no_such_device') throw new ChatnipError('not_signed_in')
    if (result === 'too_many_key_packages') throw new ChatnipError(result)
    return replyOf(result)
  },
  count_key_packages: async ({ store }, { session }) =>
    replyOf(await store.countKeyPackages(session.account, deviceIdOf(session))),
  claim_key_packages: async ({ store, limiter, clock }, { session, body }) => {
    const claimed = await store.claimKeyPackages({
      username: body.destname,
      askedBy: deviceIdOf(session),
      lastResortsOnly: hasHadMany(limiter, session, body.destname),
      now: clock.now(),
    })
    if (claimed === null) throw new ChatnipError('no_such_user')
    return {
      key_packages: claimed.map(({ deviceId, keyPackage, isLastResort }) => ({
        device_id: deviceId,
        key_package: keyPackage,
        is_last_resort: isLastResort,
      })),
    }
  },
} satisfies Partial<Handlers>

/** The table lets nobody else in here. */
function deviceIdOf({ device }: Session): string {
  if (device === null) throw new ChatnipError('not_allowed')
  return device.deviceId
}

const replyOf = ({ count, hasLastResort }: Supply) => ({ count, has_last_resort: hasLastResort })

/** Whether this account has claimed so often of that one that it is to have last resorts only. Of one's own devices nobody is robbed. */
function hasHadMany(limiter: Limiter, { account, username }: Session, destname: string): boolean {
  const name = destname.toLowerCase()
  if (name === username.toLowerCase()) return false
  try {
    limiter.take('claim_of_one', `${account}>${name}`)
    return false
  } catch {
    return true
  }
}
