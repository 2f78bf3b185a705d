/**
 * Token buckets: `burst` requests at once, then one per `seconds`. `per` says what is counted:
 * the caller's address (an IPv6 /64 counts as one), its account, its device, the pair sender→recipient,
 * or the pair of the account named in the request and the caller's address.
 */
export const RATES = {
  /** Everything from one address; a household behind one router shares it. */
  address: { per: 'address', burst: 1_000, seconds: 0.02 },
  sign_up: { per: 'address', burst: 6, seconds: 600 },
  challenge: { per: 'address', burst: 30, seconds: 10 },
  /** Guessing: per name and address, so that a stranger's guesses do not lock the owner out. */
  log_in: { per: 'account and address', burst: 10, seconds: 60 },
  /** Checking a password is the dearest thing a stranger can ask for: one address must not take the turn of everybody else. */
  guesses: { per: 'address', burst: 30, seconds: 2 },
  /** Guessing from many addresses at once. Failures only, and never against a session that is already there. */
  log_in_failures: { per: 'account', burst: 100, seconds: 300 },
  password: { per: 'account', burst: 10, seconds: 60 },
  look_up: { per: 'address', burst: 300, seconds: 1 },
  message: { per: 'account', burst: 600, seconds: 0.05 },
  pair: { per: 'sender and recipient', burst: 300, seconds: 0.1 },
  /** Each may begin a group that the server remembers; whoever comes back after a month may have hundreds to renew. */
  commit: { per: 'account', burst: 300, seconds: 5 },
  claim: { per: 'account', burst: 400, seconds: 2 },
  /**
   * Beyond this a claim brings last resorts only. Within the month that a device may be away one account gets 80 of its 100 key packages,
   * so nobody can empty another's supply alone.
   */
  claim_of_one: { per: 'sender and recipient', burst: 20, seconds: 43_200 },
  download: { per: 'account', burst: 600, seconds: 0.1 },
  avatar: { per: 'account', burst: 10, seconds: 60 },
  /** Beginning and deleting blobs. */
  blob: { per: 'account', burst: 300, seconds: 1 },
  /** Parts of blobs, half a megabyte each. */
  blob_upload: { per: 'account', burst: 600, seconds: 0.1 },
  blob_download: { per: 'account', burst: 1_200, seconds: 0.05 },
  /** Each new line of each device asks for some (devices, key packages), and who has reloaded often must still be able to log in. */
  settings: { per: 'account', burst: 200, seconds: 2 },
  /** Each is a request to somebody else's server. */
  test_push: { per: 'account', burst: 5, seconds: 30 },
  /** Reads much, in a thread of its own. */
  known: { per: 'account', burst: 6, seconds: 30 },
  /** Frames of one socket, acknowledgements included. */
  frames: { per: 'device', burst: 5_000, seconds: 0.002 },
} as const satisfies Record<string, { per: string; burst: number; seconds: number }>

export type RateLimit = keyof typeof RATES
