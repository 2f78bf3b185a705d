import type { BringerOf } from '../driver/bringing.ts'
import type { BlobTransport } from '../ports.ts'
import { Bringer } from './bringer.ts'

/** Lets a messenger give and get the history of an account between its devices: `createMessenger({ …, history: historyOver(transport) })`. */
export const historyOver =
  (transport: BlobTransport): BringerOf =>
  (desk) =>
    new Bringer({ ...desk, transport })
