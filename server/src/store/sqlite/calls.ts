import type { ErrorCode } from '@chatnip/protocol'
import type { Store } from '../store.ts'
import type { Flat } from './wire.ts'

/** What crosses between the main thread and the storage thread: calls in one direction, their outcomes in the other. */

/** Done on the main side or by a thread of their own; everything else is a call. */
type Elsewhere = 'backup' | 'stats' | 'known' | 'onForeignChange' | 'close'

export type CallName = Exclude<keyof Store, Elsewhere>
export type Arguments<N extends CallName> = Parameters<Store[N]>
export type Result<N extends CallName> = Awaited<ReturnType<Store[N]>>

/** One call, with its arguments typed by its name. */
export type Call<N extends CallName = CallName> = {
  [K in N]: { readonly name: K; readonly args: Arguments<K> }
}[N]

/** The storage thread's side: the same functions without promises. */
export type Handlers = { readonly [N in CallName]: (...args: Arguments<N>) => Result<N> }

export interface Failure {
  readonly code: ErrorCode
  readonly retryAfter?: number
  readonly detail: string
}

export type Outcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly failure: Failure }

export type ToThread = { readonly kind: 'batch'; readonly calls: Flat } | { readonly kind: 'close' }

export type FromThread =
  | { readonly kind: 'ready' }
  | { readonly kind: 'cannot start'; readonly reason: string }
  | { readonly kind: 'done'; readonly outcomes: Flat }
  | { readonly kind: 'foreign change' }
  | { readonly kind: 'closed' }

/** Calls that only read: they need no write lock and work when the disk is full. */
export const READS: ReadonlySet<CallName> = new Set<CallName>([
  'findAccount',
  'getAccount',
  'listAccounts',
  'findSession',
  'listSessions',
  'listDevices',
  'plainMailbox',
  'read',
  'arrivals',
  'countKeyPackages',
  'findBlob',
  'findPush',
  'listInvites',
  'checkInvite',
])

/** Calls that make room. When the disk is full they may use what was kept back for them. */
export const FREES: ReadonlySet<CallName> = new Set<CallName>([
  'acknowledge',
  'take',
  'expire',
  'dropEnded',
  'sweep',
  'endSession',
  'removeDevice',
  'deleteAccount',
  'endBlob',
  'releaseBlobs',
  'forgetBlobs',
  'dropPush',
])
