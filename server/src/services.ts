import type { Config } from './config.ts'
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'
import type { Bus } from './bus/bus.ts'
import type { Store } from './store/store.ts'
import type { Limiter } from './limits/limiter.ts'
import type { Slots } from './limits/slots.ts'
import type { Blobs } from './blobs/blobs.ts'
import type { Avatars } from './accounts/avatars.ts'
import type { Passwords } from './accounts/passwords.ts'
import type { Proofs } from './accounts/proof.ts'
import type { Questions } from './accounts/questions.ts'
import type { Sessions } from './accounts/sessions.ts'
import type { Pushes } from './push/pushes.ts'
import type { Delivery } from './delivery/delivery.ts'

/** What the handlers of HTTP and socket work with. Flow functions take as much of it as they need. */
export interface Services {
  readonly config: Config
  readonly clock: Clock
  readonly log: Log
  readonly store: Store
  readonly bus: Bus
  readonly limiter: Limiter
  /** Downloads under way, by account: an answer that nobody reads stays in memory. */
  readonly downloads: Slots
  /** Uploads under way, by account; 0 is everybody who is not known yet. */
  readonly uploads: Slots
  readonly passwords: Passwords
  readonly questions: Questions
  readonly proofs: Proofs
  readonly avatars: Avatars
  readonly blobs: Blobs
  readonly sessions: Sessions
  readonly delivery: Delivery
  readonly pushes: Pushes
}
