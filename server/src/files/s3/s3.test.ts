import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { filesContract } from '../contract.ts'
import { openS3 } from './s3.ts'
import { sign } from './sign.ts'
import { startTestS3, TEST_KEYS } from './testing.ts'
import type { TestS3 } from './testing.ts'

filesContract('S3', async () => {
  const store = await startTestS3()
  const again = () => openS3({ ...TEST_KEYS, base: `${store.base}/a%20folder` })
  return { files: again(), again, breakIt: () => store.close(), close: () => store.close() }
})

/** From Amazon's own documentation of the signature (sig-v4-header-based-auth.html), so that two mistakes of ours can't agree. */
describe('the signature', () => {
  const keys = {
    keyId: 'AKIAIOSFODNN7EXAMPLE',
    secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    region: 'us-east-1',
  }
  const may = new Date('2013-05-24T00:00:00Z')

  const documented = [
    {
      method: 'GET',
      path: '/test.txt',
      headers: { range: 'bytes=0-9' },
      body: '',
      signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    },
    {
      method: 'PUT',
      path: '/test$file.text',
      headers: { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
      body: 'Welcome to Amazon S3.',
      signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    },
  ]

  test.each(documented)('of the documented $method is the documented one', ({ path, signature, body, ...request }) => {
    const url = new URL(`https://examplebucket.s3.amazonaws.com${path}`)
    const signed = sign({ ...request, url, body: Buffer.from(body) }, keys, may)
    expect(signed['authorization']).toMatch(new RegExp(`Signature=${signature}$`))
  })
})

describe('a store that speaks S3', () => {
  let store: TestS3
  beforeAll(async () => {
    store = await startTestS3()
  })
  afterAll(() => store.close())

  const name = 'blobs/ab/abcd-0'
  const files = (other: Partial<typeof TEST_KEYS> = {}, base = store.base) => openS3({ ...TEST_KEYS, base, ...other })

  test('takes nothing with a wrong secret, key or region, and that is told as what it is', async () => {
    for (const other of [{ secret: 'another' }, { keyId: 'AKIAANOTHER' }, { region: 'us-east-1' }])
      await expect(files(other).put(name, new Uint8Array([1]))).rejects.toMatchObject({ code: 'unavailable' })
    expect(store.objects.size).toBe(0)
    const told = files({ secret: 'another' }).get(name)
    await expect(told).rejects.toMatchObject({
      cause: { message: expect.stringContaining('403 SignatureDoesNotMatch') },
    })
  })

  test('what is changed on the way is not stored', async () => {
    const url = new URL(`${store.base}/${name}`)
    const headers = sign({ method: 'PUT', url, headers: {}, body: Buffer.from('ours') }, TEST_KEYS, new Date())
    expect((await fetch(url, { method: 'PUT', headers, body: 'other' })).status).toBe(403)
    expect((await fetch(url, { method: 'PUT', headers, body: 'ours' })).status).toBe(200)
  })

  test('a bucket that is not there is no missing file', async () => {
    const elsewhere = files({}, store.base.replace(/cats$/, 'dogs'))
    await expect(elsewhere.get(name)).rejects.toMatchObject({ code: 'unavailable' })
    await expect(elsewhere.put(name, new Uint8Array([1]))).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('a cut line and a moment’s trouble are tried again, three times in all; a refusal is not', async () => {
    const asked = async (work: () => Promise<unknown>): Promise<[number, unknown]> => {
      const before = store.seen.count
      const outcome = await work().then(
        () => 'done',
        (error: { code: string }) => error.code,
      )
      return [store.seen.count - before, outcome]
    }
    const put = () => files().put(name, new Uint8Array([2]))
    store.fail(2, 'cuts the line')
    expect(await asked(put)).toEqual([3, 'done'])
    store.fail(1, { status: 503, code: 'SlowDown' })
    expect(await asked(put)).toEqual([2, 'done'])
    store.fail(3, { status: 500, code: 'InternalError' })
    expect(await asked(put)).toEqual([3, 'unavailable'])
    store.fail(3, { status: 507, code: 'NoRoom' })
    expect(await asked(put)).toEqual([3, 'disk_full'])
    store.fail(1, { status: 403, code: 'AccessDenied' })
    expect(await asked(put)).toEqual([1, 'unavailable'])
  })
})
