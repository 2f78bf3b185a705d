import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { top } from '../../scripts/run.ts'
import { launchBrowser } from './browsers.ts'

/**
 * Draws the icons of the installed app from the logo: `node test/browser/icons.ts`. They are small and seldom change, so they are
 * kept with the sources, and the build needs nothing that draws.
 */

const PUBLIC = join(top, 'web/public')

/** The light ground of the app (`--ground`), so that the icon looks the same on every home screen. */
const GROUND = '#f3f6f0'

interface Icon {
  readonly file: string
  /** Pixels, each way. */
  readonly size: number
  /** How much of the width the cat takes. Systems may cut a maskable icon to a circle of 80 %, whose square is 56 % wide. */
  readonly cat: number
  /** Rounding of the ground's corners, as a part of the width; 0 where the system does that itself. */
  readonly round: number
}

const ICONS: readonly Icon[] = [
  { file: 'icons/192.png', size: 192, cat: 0.76, round: 0.22 },
  { file: 'icons/512.png', size: 512, cat: 0.76, round: 0.22 },
  { file: 'icons/maskable.png', size: 512, cat: 0.56, round: 0 },
  { file: 'icons/apple-touch.png', size: 180, cat: 0.7, round: 0 },
]

const logo = (await readFile(join(PUBLIC, 'favicon.svg'), 'utf8')).replaceAll('#fff', GROUND)

const draw = ({ size, cat, round }: Icon): string => `<style>
  html, body { margin: 0 }
  div { display: grid; place-items: center; width: ${size}px; height: ${size}px; background: ${GROUND}; border-radius: ${size * round}px }
  svg { width: ${size * cat}px; height: ${size * cat}px }
</style><div>${logo}</div>`

const browser = await launchBrowser('chromium')
if (browser === null) throw new Error('There is no Chromium on this machine.')
for (const icon of ICONS) {
  const page = await browser.newPage({ viewport: { width: icon.size, height: icon.size } })
  await page.setContent(draw(icon))
  await writeFile(join(PUBLIC, icon.file), await page.screenshot({ omitBackground: true }))
}
await browser.close()
