import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { ChatnipError } from '@chatnip/protocol'

const derive = promisify(argon2)

export interface Argon2Cost {
  readonly memoryKiB: number
  readonly passes: number
  readonly lanes: number
}

/** RFC 9106 section 4, second choice, with one lane: about 0.2 s and 64 MiB a guess. */
export const DEFAULT_COST: Argon2Cost = { memoryKiB: 64 * 1_024, passes: 3, lanes: 1 }

/** At most 128 MiB at a time; the other threads of the pool stay free for files and pictures. */
const AT_ONCE = 2
/** Ten seconds of work at the default cost. Whoever comes later is told to come back. */
const MAX_WAITING = 50

export interface Passwords {
  /** @returns a PHC string. @throws ChatnipError too_many when too much waits already */
  hash(password: string): Promise<string>
  /**
   * @param phc the stored string, or null for a name that is not there: the same work is done, and the answer is false
   */
  verify(phc: string | null, password: string): Promise<boolean>
  /** True when the string was made with another cost than today's. */
  outdated(phc: string): boolean
}

interface Parsed {
  readonly cost: Argon2Cost
  readonly salt: Buffer
  readonly tag: Buffer
}

const unpadded = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replace(/=+$/, '')

function write({ cost, salt, tag }: Parsed): string {
  return `$argon2id$v=19$m=${cost.memoryKiB},t=${cost.passes},p=${cost.lanes}$${unpadded(salt)}$${unpadded(tag)}`
}

function parse(phc: string): Parsed {
  const found = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(phc)
  if (found === null) throw new Error('A stored password hash is not an Argon2id PHC string.')
  const [, memory, passes, lanes, salt = '', tag = ''] = found
  return {
    cost: { memoryKiB: Number(memory), passes: Number(passes), lanes: Number(lanes) },
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  }
}

/** Runs at most `atOnce` tasks; the others wait in a bounded line. */
function pool(atOnce: number, maxWaiting: number) {
  const waiting: (() => void)[] = []
  let running = 0
  return async <T>(task: () => Promise<T>): Promise<T> => {
    if (running >= atOnce) {
      if (waiting.length >= maxWaiting) throw new ChatnipError('too_many', { retryAfter: 10 })
      // Whoever finishes hands its place over, so `running` does not change here.
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running += 1
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}

/** @param cost lowered in tests only */
export function openPasswords(cost: Argon2Cost = DEFAULT_COST): Passwords {
  const inTurn = pool(AT_ONCE, MAX_WAITING)
  const tagOf = (password: string, salt: Buffer, { memoryKiB, passes, lanes }: Argon2Cost) =>
    inTurn(() =>
      derive('argon2id', {
        message: password,
        nonce: salt,
        memory: memoryKiB,
        passes,
        parallelism: lanes,
        tagLength: 32,
      }),
    )
  /** No password has this hash: it was not made from one. */
  const nobody = write({ cost, salt: randomBytes(16), tag: randomBytes(32) })
  return {
    hash: async (password) => {
      const salt = randomBytes(16)
      return write({ cost, salt, tag: await tagOf(password, salt, cost) })
    },
    verify: async (phc, password) => {
      const stored = parse(phc ?? nobody)
      const tag = await tagOf(password, stored.salt, stored.cost)
      return timingSafeEqual(tag, stored.tag) && phc !== null
    },
    outdated: (phc) => write({ ...parse(phc), cost }) !== phc,
  }
}
