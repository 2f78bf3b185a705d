import { deleteOwnAccount, resetPassword, resetPublicKey, storeWrappedKeys } from '../../accounts/account.ts'
import { logIn } from '../../accounts/log-in.ts'
import { fetchRecovery, recoverAccount } from '../../accounts/recovery.ts'
import { signUp } from '../../accounts/sign-up.ts'
import { tellWhatIsKnown } from '../../accounts/known.ts'
import { ChatnipError } from '@chatnip/protocol'
import { OK } from '../call.ts'
import type { Handlers } from '../call.ts'

export const ACCOUNTS = {
  create_user: async (services, { body }) => {
    await signUp(services, body)
    return OK
  },
  authenticate: async (services, { body, setSessionCookie }) => {
    const { token, deviceId, username } = await logIn(services, body)
    const asCookie = body.cookie === true
    if (asCookie) setSessionCookie(token, deviceId !== null)
    return {
      ...(asCookie ? {} : { session_id: token }),
      ...(deviceId === null ? {} : { device_id: deviceId }),
      // The original's scripts get what they always got; who asks for more learns how the name is written.
      ...(asCookie || deviceId !== null ? { username } : {}),
    }
  },
  delete_user: async (services, { session, body, byCookie, setSessionCookie }) => {
    await deleteOwnAccount(services, session, body.password)
    if (byCookie) setSessionCookie('', false)
    return OK
  },
  reset_password: async (services, { session, body }) => {
    await resetPassword(services, session, body)
    return OK
  },
  recover_account: async (services, { body }) => {
    await recoverAccount(services, body)
    return OK
  },
  fetch_recovery: (services, { body }) => fetchRecovery(services, body),
  get_public_key: async ({ store }, { body }) => {
    const account = await store.findAccount(body.username)
    if (account === null) throw new ChatnipError('no_such_user')
    return { public_key: account.publicKey, username: account.username }
  },
  reset_public_key: async (services, { session, body }) => {
    await resetPublicKey(services, session, body)
    return OK
  },
  what_is_known: (services, { session }) => tellWhatIsKnown(services, session),
  store_wrapped_keys: async (services, { session, body }) => {
    await storeWrappedKeys(services, session, body)
    return OK
  },
  fetch_wrapped_keys: async ({ store }, { session }) => {
    const account = await store.getAccount(session.account)
    if (account === null) throw new ChatnipError('not_signed_in')
    const { publicKey, wrappedByPassword } = account
    return { public_key: publicKey, ...(wrappedByPassword === null ? {} : { by_password: wrappedByPassword }) }
  },
} satisfies Partial<Handlers>
