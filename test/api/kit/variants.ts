import type { Schema } from './schema.ts'
import { charactersOf, isRecord } from './schema.ts'

/** One body to try, made from a sample by changing one thing. */
export interface Variant {
  readonly what: string
  /** JSON text, so that duplicate keys, `__proto__` and numbers beyond bounds travel as they are. */
  readonly json: string
  /** `right`: of the documented form. `wrong`: must be refused. `either`: must only be answered properly. */
  readonly form: 'right' | 'wrong' | 'either'
}

type Path = readonly (string | number)[]

/** Every change of every field of a schema, nested ones too. Byte limits, which JSON Schema cannot say, come in by `bytes`. */
export function variantsOf(
  schema: Schema,
  sample: Record<string, unknown>,
  bytes: Readonly<Record<string, number>>,
): Variant[] {
  const put = (path: Path, value: string) =>
    JSON.stringify(replaced(sample, path, MARK)).replace(`"${MARK}"`, () => value)
  const at = (path: Path, variant: Variant) => ({
    ...variant,
    what: `${path.join('.')}: ${variant.what}`,
    json: put(path, variant.json),
  })

  const walk = (part: Schema, path: Path): Variant[] => {
    const here = [...valuesOf(part, bytes[String(path.at(-1))]), ...wrongTypes(part)].map((variant) =>
      at(path, variant),
    )
    if (part.type === 'array' && part.items !== undefined) return [...here, ...walk(part.items, [...path, 0])]
    return part.type === 'object' ? [...(path.length === 0 ? [] : here), ...members(part, path)] : here
  }
  const members = (part: Schema, path: Path): Variant[] => {
    const value = valueAt(sample, path)
    if (!isRecord(value)) return []
    const change = (what: string, json: string, form: Variant['form']): Variant => {
      const body = path.length === 0 ? json : put(path, json)
      return { what: `${[...path, what].join('.')}`, json: body, form }
    }
    const without = (name: string) =>
      JSON.stringify(Object.fromEntries(Object.entries(value).filter(([key]) => key !== name)))
    const grown = (json: string) =>
      `${JSON.stringify(value).slice(0, -1)}${Object.keys(value).length > 0 ? ',' : ''}${json}}`
    const strange = [
      '"extra":1',
      '"__proto__":{"admin":true}',
      '"constructor":{"prototype":{"admin":true}}',
      '"toString":null',
      '"":0',
    ]
    return [
      ...Object.keys(value).map((name) => change(`without ${name}`, without(name), mayLack(part, value, name))),
      ...strange.map((json) => change(`with ${json}`, grown(json), 'wrong')),
      ...Object.entries(value).map(([name, member]) =>
        change(`${name} twice`, grown(`${JSON.stringify(name)}:${JSON.stringify(member)}`), 'either'),
      ),
      ...Object.keys(value).flatMap((name) => walk(part.properties?.[name] ?? {}, [...path, name])),
    ]
  }
  return walk(schema, [])
}

const MARK = 'the place of the variant'

function mayLack(schema: Schema, value: Record<string, unknown>, name: string): Variant['form'] {
  if (schema.required?.includes(name) === true) return 'wrong'
  const missed = Object.keys(value).some(
    (other) => other !== name && schema.dependentRequired?.[other]?.includes(name) === true,
  )
  return missed ? 'wrong' : 'right'
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, step) => {
    if (Array.isArray(inner)) return inner[Number(step)]
    return isRecord(inner) ? inner[String(step)] : undefined
  }, value)
}

function replaced(value: unknown, path: Path, by: unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined) return by
  if (Array.isArray(value)) return value.map((inner, index) => (index === step ? replaced(inner, rest, by) : inner))
  if (!isRecord(value)) return by
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === step ? replaced(inner, rest, by) : inner]),
  )
}

const text = (what: string, value: string, form: Variant['form']): Variant => ({
  what,
  json: JSON.stringify(value),
  form,
})

function valuesOf(schema: Schema, bytes: number | undefined): Variant[] {
  const { type = 'none' } = schema
  switch (type) {
    case 'string':
      return schema.pattern === undefined ? freeTexts(schema, bytes) : patternTexts(schema)
    case 'number':
    case 'integer':
      return numbers(schema)
    case 'array':
      return [{ what: 'no items', json: '[]', form: (schema.minItems ?? 0) > 0 ? 'wrong' : 'right' }]
    default:
      return []
  }
}

/** Half a character, as JSON can write it and UTF-8 cannot. */
const LONE: Variant = { what: 'a lone surrogate', json: '"\\ud800"', form: 'either' }

function freeTexts({ minLength = 0, maxLength = 1_000 }: Schema, bytes: number | undefined): Variant[] {
  // Where bytes are counted, n characters of one byte are the n, and the wider characters must reach the same limit earlier.
  const wide = bytes === undefined ? maxLength : Math.floor(bytes / 4)
  return [
    text(`${minLength} characters`, 'x'.repeat(minLength), 'right'),
    ...(minLength > 0 ? [text(`${minLength - 1} characters`, 'x'.repeat(minLength - 1), 'wrong')] : []),
    text(`${maxLength} characters`, 'x'.repeat(maxLength), 'right'),
    text(`${maxLength + 1} characters`, 'x'.repeat(maxLength + 1), 'wrong'),
    text(`${wide} characters beyond the BMP`, '🐱'.repeat(wide), 'right'),
    text(`${wide} characters beyond the BMP and one more`, `${'🐱'.repeat(wide)}x`, 'wrong'),
    ...hostileTexts.map(([what, value]) => text(what, value.padEnd(minLength, '.').slice(0, maxLength), 'either')),
    LONE,
  ]
}

/** Of a text with a pattern the sample shows what is right; these are what is near and wrong. */
function patternTexts({ pattern = '', minLength = 0, maxLength = Infinity }: Schema): Variant[] {
  const isRight = new RegExp(pattern, 'u')
  const isRightLength = (value: string) => charactersOf(value) >= minLength && charactersOf(value) <= maxLength
  const lengths = [0, 1, 31, 32, 33, ...(maxLength === Infinity ? [] : [maxLength, maxLength + 1])]
  const plainTexts = lengths.map((length): [string, string] => [`${length} letters`, 'a'.repeat(length)])
  const tried = [...plainTexts, ...hostileTexts].map(([what, value]) =>
    text(what, value, isRight.test(value) && isRightLength(value) ? 'right' : 'wrong'),
  )
  return [...tried, { ...LONE, form: 'wrong' }]
}

function numbers({ type, minimum, maximum }: Schema): Variant[] {
  const number = (json: string, form: Variant['form']): Variant => ({ what: json, json, form })
  return [
    ...(minimum === undefined ? [] : [number(String(minimum), 'right'), number(String(minimum - 1), 'wrong')]),
    ...(maximum === undefined ? [] : [number(String(maximum), 'right'), number(String(maximum + 1), 'wrong')]),
    number('1.5', type === 'integer' ? 'wrong' : 'right'),
    number('-0', 'either'),
    number('1e400', 'wrong'),
    number('-1e400', 'wrong'),
    number('1e-400', 'either'),
    number('123456789012345678901234567890', 'wrong'),
  ]
}

const VALUES: readonly (readonly [type: string, json: string])[] = [
  ['null', 'null'],
  ['boolean', 'true'],
  ['number', '7'],
  ['string', '"7"'],
  ['string', '"true"'],
  ['array', '[]'],
  ['array', '["x"]'],
  ['array', '[["x"]]'],
  ['object', '{}'],
  ['object', '{"length":3}'],
  ['object', '{"toString":"x"}'],
]

function wrongTypes({ type }: Schema): Variant[] {
  const own = type === 'integer' ? 'number' : type
  return VALUES.filter(([kind]) => kind !== own).map(([, json]) => ({ what: `the value ${json}`, json, form: 'wrong' }))
}

/** Texts that have broken others. */
export const hostileTexts: readonly (readonly [what: string, text: string])[] = [
  ['NUL', 'a\u0000b'],
  ['bidi override', '\u202eevil\u2066'],
  ['zero width', 'a\u200bb'],
  ['markup', '<script>alert(1)</script>'],
  ['a path', '../../etc/passwd'],
  ['SQL', "'; DROP TABLE accounts; --"],
  ['a template', '${7*7}{{7*7}}%00%0a'],
  ['line breaks', 'a\r\nSet-Cookie: x=y'],
  ['not a character', '\uffff\ufffe'],
  ['combining', `e${'\u0301'.repeat(60)}`],
  ['a prototype', '__proto__'],
  ['a constructor', 'constructor'],
]

const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

/** Whole bodies that are no JSON object, or hardly. */
export const strangeBodies: readonly { readonly what: string; readonly body: string | Uint8Array }[] = [
  { what: 'null', body: 'null' },
  { what: 'an array', body: '[]' },
  { what: 'a text', body: '"x"' },
  { what: 'a number', body: '1' },
  { what: 'broken off', body: '{"username":"al' },
  { what: 'a comma too many', body: '{"username":"al",}' },
  { what: 'two objects', body: '{}{}' },
  { what: 'single quotes', body: "{'username':'al'}" },
  { what: 'NaN', body: '{"timestamp":NaN}' },
  { what: '10,000 arrays deep', body: deep(10_000) },
  { what: '10,000 deep in a field', body: `{"username":${deep(10_000)}}` },
  { what: '10,000 objects deep', body: `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}` },
  { what: '30,000 unclosed', body: '['.repeat(30_000) },
  { what: '20,000 keys', body: `{${Array.from({ length: 20_000 }, (_, i) => `"k${i}":0`).join()}}` },
  { what: 'invalid UTF-8', body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]) },
  {
    what: 'invalid UTF-8 in a text',
    body: Buffer.concat([Buffer.from('{"username":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
  },
  {
    what: 'an overlong slash',
    body: Buffer.concat([Buffer.from('{"username":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
  },
  { what: 'UTF-16', body: Buffer.from('{"username":"al"}', 'utf16le') },
  { what: 'NULs', body: '\u0000\u0000' },
]
