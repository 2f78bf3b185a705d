import { isAbsolute, resolve } from 'node:path'
import { openFolder } from './folder.ts'
import type { Files } from './files.ts'
import { openS3 } from './s3/s3.ts'
import type { S3Address } from './s3/s3.ts'

/** Where pictures and blobs lie: a folder, or a store that speaks S3. */
export type FilesPlace = { readonly folder: string } | { readonly s3: S3Address }

/** A password may hold any character, if it is written as %2F and the like. */
function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

/**
 * Reads `CHATNIP_FILES`: the path of a folder, or `https://KEY:SECRET@host/bucket/folder?region=…`.
 * @returns null when it is neither
 */
export function readPlace(text: string): FilesPlace | null {
  if (isAbsolute(text)) return { folder: resolve(text) }
  const url = URL.parse(text)
  if (url === null || !isDecodable(`${url.username}${url.password}${url.pathname}`)) return null
  if (!['https:', 'http:'].includes(url.protocol) || url.hash !== '') return null
  const region = url.searchParams.get('region') ?? 'us-east-1'
  const others = [...url.searchParams.keys()].some((key) => key !== 'region')
  if (others || url.username === '' || url.password === '' || !/^[a-z0-9-]+$/.test(region)) return null
  const base = `${url.origin}${url.pathname.replace(/\/+$/, '')}`
  return { s3: { base, region, keyId: decodeURIComponent(url.username), secret: decodeURIComponent(url.password) } }
}

export const openFiles = (place: FilesPlace): Files => ('folder' in place ? openFolder(place.folder) : openS3(place.s3))
