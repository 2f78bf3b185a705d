import type { MessageRef, SendOptions } from './messenger.ts'

/** A file that a message carries. */
export interface FileView {
  readonly id: string
  /** Safe to show and to save under; no path, nothing invisible. */
  readonly name: string
  /** What the sender says it is: to be shown, never to be believed. */
  readonly type: string
  /** In bytes. */
  readonly size: number
  /** In pixels, as the sender says; `thumb`: a small one in base64, of any content. */
  readonly picture: { readonly width: number; readonly height: number; readonly thumb: string | null } | null
  /** `wave`: how loud it is, from beginning to end, one hexadecimal digit each. */
  readonly voice: { readonly ms: number; readonly wave: string } | null
}

/** A file to be sent. It is read piece by piece, never as a whole. */
export interface FileToSend {
  readonly data: Blob
  readonly name: string
  readonly type: string
  readonly picture?: { readonly width: number; readonly height: number; readonly thumb?: string }
  readonly voice?: { readonly ms: number; readonly wave: string }
}

/**
 * `gone`: neither here nor on the server, which keeps files for a month. `damaged`: what the server gave is not what was sent. `stopped`: by
 * `stopFile`.
 */
export type FileAnswer =
  | { readonly outcome: 'here'; readonly data: Blob }
  | { readonly outcome: 'gone' | 'damaged' | 'stopped' }

/** What messages carry. */
export interface FileCalls {
  /**
   * Resolves when the message and all that it carries lie on this device's disk, encrypted; from then on both survive any crash. It is sent when
   * all of its files are on the server; what is written after it goes before it, if it is quicker.
   * @param files one to ten, each at most 100 MiB
   * @param options as of `send`; `text`: the words that go with it
   * @throws ChatnipError bad_request (none, or too many); too_large; not_allowed: what the addressee brings for a key can't open files; disk_full:
   * this device has no room to keep them until they are sent; not_found: a file cannot be read (any more); unavailable: no files here
   */
  sendFiles(
    conversation: string,
    files: readonly FileToSend[],
    options?: SendOptions & { readonly text?: string },
  ): Promise<string>
  /**
   * The bytes of a file that a message carries, from this device or the server, and checked. What is not too large is kept here, encrypted.
   * @throws NetworkError, or ChatnipError, when it can be tried again
   */
  openFile(message: MessageRef, id: string): Promise<FileAnswer>
  /** Breaks off what `openFile` is fetching. */
  stopFile(id: string): Promise<void>
}
