import { randomBytes } from 'node:crypto'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { LIMITS } from '@chatnip/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { post } from './kit/http.ts'
import { pause } from './kit/load.ts'
import { makeLoopDisk, whyNoLoopDisk } from './kit/loop-disk.ts'
import { wrongBy } from './kit/preload.ts'
import { progressOf } from './kit/progress.ts'
import { randomFrom, SEED } from './kit/random.ts'
import { byTier, report } from './kit/report.ts'
import { makeHousehold, portOf, startServer } from './kit/server.ts'

/**
 * T18: the power goes while encrypted files are uploaded. What the server said to have it has, to the byte, and every upload goes on from where it was told
 * to be.
 */

const PEOPLE = { ann: 1, ben: 1, cat: 1, dan: 1 }
const DISK_MEBIBYTES = 256
const PART = LIMITS.blobPartBytes
const whyNot = await whyNoLoopDisk()

interface Upload {
  readonly id: string
  readonly bytes: Uint8Array
  readonly session: string
  /** What the server last said. */
  told: number
}

interface Uploader {
  readonly uploads: Upload[]
  /** It was said to be further than it later was. */
  wentBack: number
}

async function uploadedOf(answer: Promise<{ status: number; text: string }>): Promise<number | null> {
  const { status, text } = await answer.catch(() => ({ status: 0, text: '' }))
  return status === 200 ? Number(JSON.parse(text).uploaded) : null
}

async function sendPart(address: string, { id, bytes, session }: Upload, offset: number) {
  const form = new FormData()
  form.set('id', id)
  form.set('offset', String(offset))
  form.set('part', new Blob([new Uint8Array(bytes.subarray(offset, offset + PART))]))
  const headers = { authorization: `Bearer ${session}` }
  const reply = await fetch(`${address}/upload_blob_part`, { method: 'POST', body: form, headers })
  return { status: reply.status, text: await reply.text() }
}

/** Asks how far it is, and goes on from there, until it is whole or `isOver`. */
async function goOn(address: string, uploader: Uploader, upload: Upload, isOver: () => boolean): Promise<void> {
  const { id, bytes, session } = upload
  let at: number | null = null
  while (upload.told < bytes.length || at === null) {
    if (isOver()) return
    const next: Promise<number | null> =
      at === null
        ? uploadedOf(post(address, 'begin_blob', { id, size: bytes.length }, session))
        : uploadedOf(sendPart(address, upload, at))
    at = await next
    if (at === null) await pause(20)
    else if (at < upload.told) uploader.wentBack += 1
    upload.told = at ?? upload.told
  }
}

/** @returns whether it is there as it was sent */
async function isThere(address: string, { id, bytes, session }: Upload): Promise<boolean> {
  for (let offset = 0; offset < bytes.length; offset += PART) {
    const headers = { authorization: `Bearer ${session}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ id, offset })
    const reply = await fetch(`${address}/download_blob`, { method: 'POST', headers, body })
    if (!reply.ok) return false
    if (!Buffer.from(await reply.arrayBuffer()).equals(bytes.subarray(offset, offset + PART))) return false
  }
  return true
}

async function cutAgainAndAgain(cuts: number, env: Readonly<Record<string, string>> = {}) {
  const household = await makeHousehold(PEOPLE)
  const disk = await makeLoopDisk(DISK_MEBIBYTES)
  const data = join(disk.folder, 'data')
  await cp(household.data, data, { recursive: true })
  await disk.back()
  let server = await startServer({ data, env })
  onTestFinished(async () => {
    await server.kill()
    await disk.remove()
    await household.remove()
  })
  const { address } = server
  const random = randomFrom()
  const uploader: Uploader = { uploads: [], wentBack: 0 }
  let isOver = false
  const work = household.devices.flat().map(async ({ session }) => {
    while (!isOver) {
      const bytes = randomBytes(random.between(1, 3 * PART))
      const upload = { id: randomBytes(32).toString('base64url'), bytes, session, told: 0 }
      uploader.uploads.push(upload)
      await goOn(address, uploader, upload, () => isOver)
      await pause(random.between(0, 60))
    }
  })
  const said = progressOf('T18', cuts, 'power cuts')
  for (let cut = 0; cut < cuts; cut++) {
    await pause(random.between(200, 700))
    await disk.cut([server.pid])
    await server.kill()
    await disk.back()
    server = await startServer({ data, port: portOf({ address }), env })
    said(cut + 1)
  }
  isOver = true
  await Promise.all(work)
  const { uploads } = uploader
  const whole = uploads.filter(({ bytes, told }) => told === bytes.length)
  for (const upload of uploads) await goOn(address, uploader, upload, () => false)
  let lost = 0
  for (const upload of uploads) if (!(await isThere(address, upload))) lost += 1
  await server.stop()
  return { uploads: uploads.length, whole: whole.length, lost, wentBack: uploader.wentBack }
}

if (whyNot !== null) report({ test: 'T18', title: 'power cut while files are uploaded', leftOut: whyNot })

test.skipIf(whyNot !== null)('T18 a power cut loses no byte of what was said to be uploaded', async () => {
  const cuts = byTier(8, 60)
  const result = await cutAgainAndAgain(cuts)
  const control = await cutAgainAndAgain(byTier(4, 10), wrongBy('never-syncs-files.ts'))
  report({
    test: 'T18',
    title: 'power cut while files are uploaded',
    counts: { faults: cuts, accepted: result.whole, lost: result.lost + result.wentBack },
    control: {
      name: 'never syncs files',
      failed: control.lost > 0,
      found: `${control.lost} of ${control.uploads} damaged`,
    },
    more: { seed: SEED },
  })
  expect([result.lost, result.wentBack]).toEqual([0, 0])
  expect(result.whole).toBeGreaterThan(cuts)
  expect(control.lost).toBeGreaterThan(0)
})
