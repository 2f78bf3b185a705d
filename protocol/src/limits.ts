/**
 * Every size, count and time that both sides must agree on. Bytes are UTF-8 bytes, times are as named.
 * The reasons stand here so that nobody has to guess which of them may be changed.
 */
export const LIMITS = {
  usernameCharacters: 32,
  /** Other clients bring other key formats; a JWK Set with two RSA-3072 keys is about 1.2 KiB. */
  publicKeyBytes: 16 * 1024,
  messageTextBytes: 64 * 1024,
  /** NIST SP 800-63B-4 asks for 15 of people; scripts may send what they like, so the server's own floor is 1. */
  passwordCharacters: 256,
  peoplePasswordCharacters: 15,
  /** Wrapped keys are opaque to the server: two RSA-3072 private keys in a JWE are about 6 KiB. */
  wrappedKeyBytes: 32 * 1024,
  deviceNameCharacters: 64,
  devicesPerAccount: 10,
  sessionsPerAccount: 20,
  /**
   * A commit or a welcome of a conversation may be this large: it holds a whole ratchet tree, 600 KB with 200 devices. What is beyond
   * `messageTextBytes` must be printable ASCII, or JSON could make six bytes of each.
   */
  handshakeBytes: 1024 * 1024,
  /** With X-Wing's keys and the account's signature one is about 5 KiB in base64. */
  keyPackageBytes: 16 * 1024,
  /** What a device may have waiting: enough for a month away, at the pace at which one account may claim. */
  keyPackagesPerDevice: 100,
  /** The shortest life that a sender may give a text on the server; the longest is `retentionDays`. */
  expirySeconds: 60,
  /** One send may address this many accounts (the own other devices count as one). */
  addresseesPerMessage: 256,
  /** A request body that is JSON; send_message and upload_key_packages alone may be larger (see `sendBytes`). */
  requestBytes: 256 * 1024,
  /** One socket frame or one send_message body, both ways: room for a commit and a welcome at their limit. */
  sendBytes: 2_304 * 1024,
  inFlightPerDevice: 256,
  /** What may wait in the server's memory for one slow connection before the server stops reading its mailbox. */
  socketBufferBytes: 1024 * 1024,
  pingSeconds: 15,
  /** A connection that takes nothing for this long is closed with 1013; its messages stay where they are. */
  stalledSeconds: 30,
  pageMessages: 100,
  /** Twice the largest text, so that a page of small ones can be seen to be whole. */
  pageBytes: 2 * 1024 * 1024,
  waitSeconds: 30,
  /** An encrypted file: 100 MiB, and room for what encryption adds to them. */
  blobBytes: 101 * 1024 * 1024,
  /** What travels at once, either way: on a line of 140 kbit/s one part still arrives before the server stops waiting for it. */
  blobPartBytes: 512 * 1024,
  /** What an account may have stored at a time, unfinished ones included; whoever runs the server may set another size. */
  blobBytesPerAccount: 1024 * 1024 * 1024,
  blobsPerAccount: 10_000,
  /** An upload that nobody goes on with for so long is forgotten. */
  blobUnfinishedHours: 24,
  /** What an account keeps for itself may stay this long; what others fetch stays `retentionDays` at most. */
  ownBlobDays: 365,
  avatarBytes: 5 * 1024 * 1024,
  /** Checked from the header before anything is decoded, against decompression bombs. */
  avatarPixels: 40_000_000,
  avatarSide: 256,
  /** The longest that browsers give are some 500. */
  pushEndpointCharacters: 1_024,
  /** A device that is away is pushed for once, and again after this at the earliest, whatever comes meanwhile. */
  pushQuietSeconds: 30,
  mailboxMessages: 100_000,
  mailboxBytes: 256 * 1024 * 1024,
  /** One sender may fill this part of somebody's mailbox, so that a flood leaves room for everybody else. */
  senderShare: 0.2,
  sessionMinutes: 5,
  deviceSessionDays: 30,
  retentionDays: 30,
} as const
