import manifest from '../../../package.json' with { type: 'json' }
import { ENDPOINT_NAMES, ENDPOINTS, ERRORS } from '@chatnip/protocol'
import type { Endpoint } from '@chatnip/protocol'
import { plainSchema } from './reference.ts'

const schemaOf = (media: string, schema: object) => ({ content: { [media]: { schema } } })

const refusalSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: { code: { type: 'string' }, message: { type: 'string' }, epoch: { type: 'integer' } },
    },
  },
}

function requestBody({ file, request }: Endpoint) {
  const schema = plainSchema(request)
  if (file === undefined) return schemaOf('application/json', schema)
  const properties = { [file.field]: { type: 'string', format: 'binary' }, ...schema.properties }
  return schemaOf('multipart/form-data', { ...schema, properties, required: [file.field, ...(schema.required ?? [])] })
}

function responses({ reply, errors }: Endpoint) {
  const schema = plainSchema(reply)
  const other = schema.const === 'OK' ? 'text/plain' : schema.format === 'binary' ? 'application/octet-stream' : null
  const media = other ?? 'application/json'
  const byStatus = Map.groupBy(errors, (code) => ERRORS[code].status)
  const refused = [...byStatus].map(([status, codes]) => [
    String(status),
    {
      description: codes.map((code) => `${code}: ${ERRORS[code].message}`).join(' '),
      ...schemaOf('application/json', refusalSchema),
    },
  ])
  return { '200': { description: 'Done.', ...schemaOf(media, schema) }, ...Object.fromEntries(refused) }
}

const operation = (name: string, method: string, endpoint: Endpoint) => ({
  operationId: method === 'GET' ? `${name}_by_get` : name,
  summary: endpoint.summary,
  tags: [endpoint.group],
  security: endpoint.caller === 'anyone' ? [] : [{ bearer: [] }, { cookie: [] }],
  ...(method === 'POST' ? { requestBody: requestBody(endpoint) } : {}),
  responses: responses(endpoint),
})

/** The table as OpenAPI 3.1, whose schemas are the table's own JSON Schema 2020-12. */
export function renderOpenApi(): string {
  const paths = ENDPOINT_NAMES.map((name) => {
    const endpoint: Endpoint = ENDPOINTS[name]
    const byMethod = endpoint.methods.map((method) => [method.toLowerCase(), operation(name, method, endpoint)])
    return [`/${name}`, Object.fromEntries(byMethod)]
  })
  return JSON.stringify({
    openapi: '3.1.0',
    info: {
      title: 'Chatnip',
      version: manifest.version,
      license: { name: 'GPL-3.0-or-later', identifier: 'GPL-3.0-or-later' },
    },
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'session_id' },
      },
    },
  })
}
