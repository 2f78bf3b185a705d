import axe from 'axe-core'
import type { Page } from 'playwright-core'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

interface Result {
  readonly violations: readonly {
    readonly id: string
    readonly help: string
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
  }[]
}

/**
 * What axe finds wrong with the page as it is, rule by rule; in both colour schemes. Run by the browser's own tools, past the
 * page's policy, which lets no stranger's script in.
 */
export async function findFaults(page: Page): Promise<readonly string[]> {
  const faults: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.evaluate(axe.source)
    const { violations }: Result = await page.evaluate(`axe.run(document, { runOnly: ${JSON.stringify(TAGS)} })`)
    for (const { id, help, nodes } of violations)
      faults.push(
        ...nodes.map(({ html, failureSummary }) => `${colorScheme}: ${id}: ${help}: ${html}: ${failureSummary}`),
      )
  }
  return faults
}
