import { readFileSync, writeFileSync } from 'node:fs'
import { ENDPOINT_NAMES, ERRORS } from '@chatnip/protocol'
import { expect, test } from 'vitest'
import { renderHtml } from './html.ts'
import { renderMarkdown } from './markdown.ts'
import { renderOpenApi } from './openapi.ts'

const FILE = new URL('../../../../docs/api.md', import.meta.url)

test('docs/api.md is what the table says', () => {
  if (process.env['UPDATE'] === '1') writeFileSync(FILE, renderMarkdown())
  expect(readFileSync(FILE, 'utf8')).toBe(renderMarkdown())
})

test('the page has every endpoint, and nothing that its policy forbids', () => {
  const page = renderHtml()
  for (const name of ENDPOINT_NAMES) expect(page).toContain(`<article id="${name}">`)
  expect(page).not.toMatch(/<script|style=|\son[a-z]+=/)
})

test('the OpenAPI description has every endpoint with its methods and errors', () => {
  const { openapi, paths } = JSON.parse(renderOpenApi())
  expect(openapi).toMatch(/^3\.1\./)
  expect(Object.keys(paths)).toEqual(ENDPOINT_NAMES.map((name) => `/${name}`))
  expect(Object.keys(paths['/download_messages'])).toEqual(['get', 'post'])
  expect(paths['/get_public_key'].post.responses[ERRORS.no_such_user.status]).toBeDefined()
  expect(paths['/upload_avatar'].post.requestBody.content['multipart/form-data']).toBeDefined()
})
