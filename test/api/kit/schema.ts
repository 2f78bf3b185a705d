/**
 * A second opinion on JSON Schema, independent of the library with which the server validates. It knows the words that the
 * table uses and throws at any other, so that none is passed over.
 */
export interface Schema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean
  readonly dependentRequired?: Readonly<Record<string, readonly string[]>>
  readonly items?: Schema
  readonly minItems?: number
  readonly maxItems?: number
  readonly anyOf?: readonly Schema[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly format?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly description?: string
}

const KNOWN = new Set<string>([
  'type', 'properties', 'required', 'additionalProperties', 'dependentRequired', 'items', 'minItems', 'maxItems', 'anyOf',
  'const', 'enum', 'pattern', 'format', 'minLength', 'maxLength', 'minimum', 'maximum', 'description',
]) // prettier-ignore

/** As JSON Schema counts: code points. */
export const charactersOf = (text: string): number => Array.from(text).length

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Takes a schema of the table as what it is, JSON. */
export function plain(schema: unknown): Schema {
  const copy: unknown = JSON.parse(JSON.stringify(schema))
  return checked(copy)
}

function checked(value: unknown): Schema {
  if (!isRecord(value)) throw new Error('A schema must be an object.')
  const strange = Object.keys(value).find((word) => !KNOWN.has(word) && !word.startsWith('~'))
  if (strange !== undefined) throw new Error(`The checker does not know the schema word "${strange}". Teach it.`)
  for (const part of [value['items']].filter((one) => one !== undefined)) checked(part)
  for (const part of Array.isArray(value['anyOf']) ? value['anyOf'] : []) checked(part)
  for (const part of Object.values(isRecord(value['properties']) ? value['properties'] : {})) checked(part)
  return value
}

/** What is wrong with a value, as sentences; empty when it is of the schema. Replies may carry no field that is not documented. */
export function misfits(schema: Schema, value: unknown, at = 'it'): string[] {
  if (schema.anyOf !== undefined) {
    const ways = schema.anyOf.map((one) => misfits(one, value, at))
    return ways.some((way) => way.length === 0)
      ? []
      : [`${at} is none of the ${ways.length} ways: ${ways.flat().join(' ')}`]
  }
  if ('const' in schema) return value === schema.const ? [] : [`${at} is not ${JSON.stringify(schema.const)}.`]
  if (schema.enum !== undefined)
    return schema.enum.includes(value) ? [] : [`${at} is not one of ${JSON.stringify(schema.enum)}.`]
  const { type = 'none' } = schema
  switch (type) {
    case 'string':
      return typeof value === 'string' ? stringMisfits(schema, value, at) : [`${at} is no string.`]
    case 'number':
    case 'integer':
      return numberMisfits(schema, value, at)
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${at} is no boolean.`]
    case 'null':
      return value === null ? [] : [`${at} is not null.`]
    case 'array':
      if (!Array.isArray(value)) return [`${at} is no array.`]
      return value.flatMap((one: unknown, index) => misfits(schema.items ?? {}, one, `${at}[${index}]`))
    case 'object':
      return isRecord(value) ? objectMisfits(schema, value, at) : [`${at} is no object.`]
    default:
      throw new Error(`The checker does not know the type "${type}".`)
  }
}

function stringMisfits(
  { minLength = 0, maxLength = Infinity, pattern, format }: Schema,
  value: string,
  at: string,
): string[] {
  const length = charactersOf(value)
  if (length < minLength || length > maxLength) return [`${at} has ${length} characters.`]
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value)) return [`${at} is not of the pattern ${pattern}.`]
  return format === 'uri' && !URL.canParse(value) ? [`${at} is no URI.`] : []
}

function numberMisfits(
  { type, minimum = -Infinity, maximum = Infinity }: Schema,
  value: unknown,
  at: string,
): string[] {
  if (typeof value !== 'number' || !Number.isFinite(value)) return [`${at} is no number.`]
  if (type === 'integer' && !Number.isInteger(value)) return [`${at} is no whole number.`]
  return value < minimum || value > maximum ? [`${at} is ${value}, out of bounds.`] : []
}

function objectMisfits(
  { properties = {}, required = [] }: Schema,
  value: Record<string, unknown>,
  at: string,
): string[] {
  const missing = required.filter((name) => !Object.hasOwn(value, name)).map((name) => `${at}.${name} is missing.`)
  const inner = Object.entries(value).flatMap(([name, member]) => {
    const schema = properties[name]
    return schema === undefined ? [`${at}.${name} is not documented.`] : misfits(schema, member, `${at}.${name}`)
  })
  return [...missing, ...inner]
}
