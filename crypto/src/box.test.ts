import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeBox, openBytes, sealBytes } from './box.ts'

const box = await makeBox()

test('any bytes and any context survive; the sealed form is 29 bytes longer and never the same twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), fc.string({ unit: 'binary' }), async (bytes, context) => {
      const [one, two] = [await sealBytes(box, bytes, context), await sealBytes(box, bytes, context)]
      expect(await openBytes(box, one, context)).toEqual(bytes)
      expect(one).toHaveLength(bytes.length + 29)
      expect(one).not.toEqual(two)
    }),
  )
})

test('another context, another key, a flipped bit or a cut end give null', async () => {
  const bytes = new Uint8Array([1, 2, 3])
  const sealed = await sealBytes(box, bytes, 'messages/7')
  expect(await openBytes(box, sealed, 'messages/7')).toEqual(bytes)
  expect(await openBytes(box, sealed, 'messages/8')).toBeNull()
  expect(await openBytes(await makeBox(), sealed, 'messages/7')).toBeNull()
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const flipped = sealed.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
    expect(await openBytes(box, flipped, 'messages/7')).toBeNull()
  }
  for (let length = 0; length < sealed.length; length += 1) {
    expect(await openBytes(box, sealed.subarray(0, length), 'messages/7')).toBeNull()
  }
})

test('no script can read the key out', async () => {
  await expect(crypto.subtle.exportKey('raw', box)).rejects.toMatchObject({ name: 'InvalidAccessError' })
})
