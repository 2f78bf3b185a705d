import { ENDPOINT_NAMES, ERRORS } from '@chatnip/protocol'

/**
 * Everything that is measured. A label has only the values that stand here: nothing that somebody else made ever comes into one, no name, no account, no
 * address. docs/self-hosting.md is written from this table.
 */
export interface Family {
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly labels?: Readonly<Record<string, readonly string[]>>
  /** Upper ends of a histogram, in seconds. */
  readonly buckets?: readonly number[]
}

/** In place of any value that does not stand in the table. */
export const OTHER = 'other'

const STATUSES = [...new Set(Object.values(ERRORS).map(({ status }) => String(status)))]
const ENDPOINTS = { endpoint: [...ENDPOINT_NAMES, OTHER] }

export const FAMILIES = {
  chatnip_info: {
    kind: 'gauge',
    help: 'Always 1: what this node is made of.',
    labels: { store: ['sqlite', 'postgres'], bus: ['local', 'nats'], files: ['folder', 's3'] },
  },
  chatnip_connected_devices: { kind: 'gauge', help: 'Devices with a live socket at this node.' },
  chatnip_messages_total: {
    kind: 'counter',
    help: 'Messages that were sent to this node, by what became of them. Accepted ones are on disk; a duplicate was accepted before; failed: the store could not.',
    labels: {
      result: ['accepted', 'duplicate', 'id_reused', 'epoch_passed', 'no_such_user', 'mailbox_full', 'failed', OTHER],
    },
  },
  chatnip_entries_total: {
    kind: 'counter',
    help: 'Places that accepted messages took: one for each device of each addressee. By chatnip_messages_total it is the fan-out.',
  },
  chatnip_append_seconds: {
    kind: 'histogram',
    help: 'From a message’s arrival until it is on disk in every mailbox, seconds. The first to rise when disk or database are behind.',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
  },
  chatnip_reads_total: {
    kind: 'counter',
    help: 'Pages read from mailboxes. What is handed over directly is not read; a rise without one of the messages means devices that were away.',
  },
  chatnip_acknowledgements_total: { kind: 'counter', help: 'Acknowledgements, each for everything up to a place.' },
  chatnip_expired_total: {
    kind: 'counter',
    help: 'Notices to senders whose message nobody fetched in time.',
  },
  chatnip_store_failures_total: {
    kind: 'counter',
    help: 'Calls that the database could not answer. Anything but zero over minutes needs somebody.',
    labels: { code: ['unavailable', 'disk_full', OTHER] },
  },
  chatnip_file_failures_total: {
    kind: 'counter',
    help: 'Pictures and parts of blobs that could not be stored, read or removed.',
    labels: { operation: ['put', 'get', 'remove'] },
  },
  chatnip_http_requests_total: {
    kind: 'counter',
    help: 'Answered requests by endpoint and status; other: pages, files, what there is not. Messages over sockets are not among them.',
    labels: { ...ENDPOINTS, status: ['200', '204', '206', '304', ...STATUSES, OTHER] },
  },
  chatnip_http_seconds_total: {
    kind: 'counter',
    help: 'How long the answers took together, seconds. A long poll of download_messages waits on purpose.',
    labels: ENDPOINTS,
  },
  chatnip_bus_connected: {
    kind: 'gauge',
    help: '1 while NATS is there, 0 while it is away and nodes look every two seconds. Only with NATS_URL.',
  },
  chatnip_event_loop_delay_seconds: {
    kind: 'gauge',
    help: 'How late this process came to its work since the last question, seconds. Above 0.1 the node has too much to do.',
    labels: { quantile: ['0.5', '0.99', '1'] },
  },
  process_cpu_seconds_total: {
    kind: 'counter',
    help: 'Processor time of the whole process, storage thread included, seconds.',
  },
  process_resident_memory_bytes: { kind: 'gauge', help: 'Memory of the process.' },
  process_start_time_seconds: { kind: 'gauge', help: 'When it started, Unix seconds.' },
} as const satisfies Record<string, Family>

export type FamilyName = keyof typeof FAMILIES
