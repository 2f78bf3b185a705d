import { CLOSE, COMMON_ERRORS, ENDPOINT_NAMES, ENDPOINTS, ERRORS, RATES } from '@chatnip/protocol'
import type { Endpoint } from '@chatnip/protocol'

/** The API as a reader wants it, worked out once from the table; the page and the Markdown file only lay it out. */

export interface Field {
  readonly name: string
  readonly type: string
  readonly optional: boolean
  readonly description: string
}

export interface Entry {
  readonly name: string
  readonly group: string
  readonly summary: string
  readonly methods: string
  readonly caller: string
  readonly fields: readonly Field[]
  readonly reply: string
  readonly errors: readonly { readonly code: string; readonly status: number; readonly message: string }[]
  readonly rates: string
}

export interface JsonSchema {
  readonly type?: string
  readonly const?: string | boolean
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly format?: string
  readonly maxLength?: number
  readonly description?: string
}

/** A TypeBox schema without what is not JSON in it. */
export function plainSchema(schema: object): JsonSchema {
  const plain: JsonSchema = JSON.parse(JSON.stringify(schema))
  return plain
}

/** A schema in a few characters: `{ id: string, to: […] }`. */
export function typeOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return String(schema.const)
  if (schema.enum !== undefined) return schema.enum.map(String).join(' | ')
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(' | ')
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`
  if (schema.format === 'binary') return 'bytes'
  if (schema.properties === undefined) return schema.type ?? 'anything'
  const required = new Set(schema.required)
  const fields = Object.entries(schema.properties).map(
    ([name, field]) => `${name}${required.has(name) ? '' : '?'}: ${typeOf(field)}`,
  )
  return fields.length === 0 ? '{ }' : `{ ${fields.join(', ')} }`
}

const CALLERS = {
  anyone: 'anyone',
  session: 'whoever has a session',
  device: 'the session of a device',
} as const satisfies Record<Endpoint['caller'], string>

function fieldsOf(endpoint: Endpoint): Field[] {
  const { properties = {}, required = [] } = plainSchema(endpoint.request)
  const fields = Object.entries(properties).map(([name, field]) => ({
    name,
    type: typeOf(field),
    optional: !required.includes(name),
    description: field.description ?? '',
  }))
  if (endpoint.file === undefined) return fields
  return [
    { name: endpoint.file.field, type: 'file', optional: false, description: 'As multipart/form-data.' },
    ...fields,
  ]
}

const perOf = (seconds: number) => (seconds >= 1 ? `one per ${seconds} s` : `${Math.round(1 / seconds)} per s`)

export const REFERENCE: readonly Entry[] = ENDPOINT_NAMES.map((name) => {
  const endpoint: Endpoint = ENDPOINTS[name]
  return {
    name,
    group: endpoint.group,
    summary: endpoint.summary,
    methods: endpoint.methods.join(' or '),
    caller: CALLERS[endpoint.caller],
    fields: fieldsOf(endpoint),
    reply: typeOf(plainSchema(endpoint.reply)),
    errors: endpoint.errors.map((code) => ({ code, ...ERRORS[code] })),
    rates: endpoint.rates
      .map((rate) => `${RATES[rate].burst} at once, then ${perOf(RATES[rate].seconds)} (${RATES[rate].per})`)
      .join('; '),
  }
})

export const GROUPS: readonly string[] = [...new Set(REFERENCE.map(({ group }) => group))]

export const COMMON: Entry['errors'] = COMMON_ERRORS.map((code) => ({ code, ...ERRORS[code] }))

export const CLOSE_CODES: readonly { readonly code: number; readonly reason: string }[] = Object.values(CLOSE)

/** What holds for every call; shared by the page and the Markdown file. */
export const RULES: readonly string[] = [
  'A call is POST /<name> with a JSON object and Content-Type: application/json. Commands answer OK as plain text, questions answer JSON.',
  'A refusal is one plain sentence with a 4xx or 5xx status; a client that sends Accept: application/json gets {"error": {"code", "message"}} instead (epoch_passed brings an "epoch" as well). Codes never change.',
  'A session is the session_id of authenticate. Send it back in the body, as the cookie session_id, or as Authorization: Bearer. If a username is named, it must own the session.',
  'Retry-After says after how many seconds trying again makes sense. Repeating a message with the same id is always safe.',
  'Lengths are UTF-8 bytes or characters as said; times are Unix seconds. Unknown fields are refused.',
]

export const SOCKET: readonly { readonly frame: string; readonly meaning: string }[] = [
  {
    frame:
      '→ {"type":"send","id","timestamp","to":[{"username","message_text"?}],"text"?,"group":{"id","epoch","commit"?}?,"expires_in"?,"quiet"?}',
    meaning: 'Send; the fields are those of send_message. Your own name addresses your other devices.',
  },
  {
    frame: '← {"type":"sent","id","after","duplicate"?}',
    meaning: 'On disk in every addressee’s mailbox; its place is after that seq of your own mailbox.',
  },
  {
    frame: '← {"type":"refused","id","code","message","retry_after"?,"epoch"?}',
    meaning: 'Not accepted. With retry_after the same message may be tried again; epoch comes with epoch_passed.',
  },
  {
    frame: '← {"type":"message","seq","id","sendername","message_text","timestamp"}',
    meaning: 'Somebody’s message. At most 256 are under way until you acknowledge.',
  },
  {
    frame: '← {"type":"expired","seq","id","destname"}',
    meaning: 'Your message was not fetched in time. Acknowledge it like a message.',
  },
  { frame: '← {"type":"empty"}', meaning: 'Everything that waited has been handed over; said once.' },
  {
    frame: '→ {"type":"ack","upto"}',
    meaning: 'Everything up to that seq lies safely with you: the server forgets it.',
  },
  { frame: '→ {"type":"ping"} ← {"type":"pong"}', meaning: 'Whether the line still works.' },
]
