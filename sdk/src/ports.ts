import type { ClientFrame, EndpointName, Reply, Request, ServerFrame } from '@chatnip/protocol'

/** What the client engine needs of the world. Adapters: the browser's in web/, Node's in node/, the memory's in memory.ts. */

/**
 * No answer came: the network is away, the server is away, or the answer was not one of Chatnip's. Whether the request was
 * carried out is unknown.
 */
export class NetworkError extends Error {
  constructor(message = 'The server cannot be reached at the moment.', options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'NetworkError'
  }
}

export interface Transport {
  /** True: the session lives in a cookie that this code cannot see. False: it is handed over by `setSession`. */
  readonly cookies: boolean
  /** The session for the calls and lines to come (null: none). Does nothing where the session is a cookie. */
  setSession(sessionId: string | null): void
  /**
   * @throws ChatnipError when the server refuses
   * @throws NetworkError when no answer came
   */
  call<N extends EndpointName>(name: N, body: Request<N>): Promise<Reply<N>>
  /** Sends the picture as the multipart field `avatar`. Throws as `call` does. */
  uploadAvatar(picture: Blob): Promise<void>
  /** Opens the socket. Handlers are never called before `connect` has returned. */
  connect(handlers: LineHandlers): Line
}

/** One that carries encrypted files too. */
export interface BlobTransport extends Transport {
  /** Stores the next part of a blob, as `upload_blob_part`. Throws as `call` does. */
  uploadBlobPart(id: string, offset: number, part: Uint8Array): Promise<Reply<'upload_blob_part'>>
  /** A piece of a blob, as `download_blob`; empty behind its end. Throws as `call` does. */
  downloadBlob(id: string, offset: number): Promise<Uint8Array>
}

export interface LineHandlers {
  opened(): void
  frame(frame: ServerFrame): void
  /** Called once at most, and not after `Line.close`. `code`: the WebSocket's, or null when it never opened. */
  closed(code: number | null): void
}

/** One socket. */
export interface Line {
  send(frame: ClientFrame): void
  close(): void
}

/** A row's place in its table. Ordered as IndexedDB orders arrays: numbers before texts, a shorter one before its extensions. */
export type Key = readonly (string | number)[]

export interface Address {
  readonly table: string
  readonly key: Key
}

/** What is stored is sealed already: keys are random or hashed, the blob is ciphertext. */
export interface Row extends Address {
  readonly blob: Uint8Array
}

export interface Range {
  /** Inclusive. */
  readonly from?: Key
  /** Exclusive. */
  readonly to?: Key
  readonly limit?: number
  /** From the greatest key down. */
  readonly reverse?: boolean
}

/** A dumb durable table store: IndexedDB, SQLite, memory. */
export interface RowStore {
  get(table: string, key: Key): Promise<Uint8Array | null>
  scan(table: string, range: Range): Promise<readonly Row[]>
  /** All or nothing; resolves when it would survive a power cut. Rejects with ChatnipError `disk_full` or `unavailable`. */
  commit(change: { readonly put: readonly Row[]; readonly delete: readonly Address[] }): Promise<void>
  /** Forgets every row of every table. */
  clear(): Promise<void>
}

/**
 * Keeps one record of CryptoKey objects, which IndexedDB takes as they are, without their bytes ever being readable. Everything
 * in it that is not a key is sealed.
 */
export interface KeyStore {
  load(): Promise<KeyRecord | null>
  save(record: KeyRecord): Promise<void>
  clear(): Promise<void>
}

/** Structured-cloneable; an adapter stores and returns it without looking inside. */
export interface KeyRecord {
  readonly box: CryptoKey
  readonly index: CryptoKey
  readonly identities: readonly { readonly signing: CryptoKey; readonly decrypting: CryptoKey }[]
  readonly sealed: Uint8Array
}

/** The two stores of one account on this device. */
export interface Stores {
  readonly rows: RowStore
  readonly keys: KeyStore
}

export interface Clock {
  /** Unix ms. Shown and compared coarsely, never trusted for order. */
  now(): number
  /** Calls `run` once after `ms`; returns what cancels it. */
  timer(ms: number, run: () => void): () => void
}

export interface Randomness {
  bytes(count: number): Uint8Array
  /** A random UUID in lower case. */
  uuid(): string
  /** Evenly spread in [0, 1). */
  number(): number
}
