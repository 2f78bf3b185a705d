import type { Page } from 'playwright-core'

/** What a camera may have written into its file. */
export const SECRET = 'Lat 45.4642 Lon 9.1900, taken at home'

/** A picture in many colours, drawn by the page. */
async function drawPicture(page: Page, width: number, height: number): Promise<Buffer> {
  const base64 = await page.evaluate(
    async ([wide, high]) => {
      const canvas = new OffscreenCanvas(wide, high)
      const context = canvas.getContext('2d')
      for (let at = 0; at < 40 && context !== null; at += 1) {
        context.fillStyle = `hsl(${at * 9} 70% 60%)`
        context.fillRect((at * wide) / 40, 0, wide / 40, high)
      }
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg' })).arrayBuffer())
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    },
    [width, height] as const,
  )
  return Buffer.from(base64, 'base64')
}

/** A JPEG as from a camera: with an Exif segment (APP1) behind its first two bytes. */
export async function cameraPicture(page: Page, width: number, height: number): Promise<Buffer> {
  const plain = await drawPicture(page, width, height)
  const said = Buffer.concat([Buffer.from('Exif\0\0'), Buffer.from(SECRET)])
  const length = Buffer.alloc(2)
  length.writeUInt16BE(said.length + 2)
  return Buffer.concat([plain.subarray(0, 2), Buffer.from([0xff, 0xe1]), length, said, plain.subarray(2)])
}
