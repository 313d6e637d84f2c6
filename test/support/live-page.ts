// The live page of a control plane in Chromium, for tests.

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

export const LAPTOP = { width: 1366, height: 800 }
export const PHONE = { width: 390, height: 844 }

/** How long a test waits for the page on a machine that is busy with other tests, in milliseconds. */
const PATIENCE_MS = 120_000

export interface LivePage {
  readonly page: Page
  /** Errors that nothing caught, and what the page's content security policy refused. */
  readonly complaints: readonly string[]
  /** Opens a view: `fleet?tab=topology`. */
  readonly show: (view: string) => Promise<void>
}

/** Resolves when the page is live: it has the status, and gets events. */
export async function openLivePage(
  browser: Browser,
  adminUrl: string,
  view: string,
  options: BrowserContextOptions = {},
): Promise<LivePage> {
  const context = await browser.newContext({ viewport: LAPTOP, ...options })
  context.setDefaultTimeout(PATIENCE_MS)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.text().startsWith('Refused to')) complaints.push(message.text())
  })
  await page.goto(`${adminUrl}/ui/#/${view}`)
  await page.locator('.link-state.live').waitFor()
  return {
    page,
    complaints,
    show: async (next) => {
      await page.evaluate(`location.hash = ${JSON.stringify(`#/${next}`)}`)
    },
  }
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

interface AxeResult {
  readonly violations: readonly {
    readonly id: string
    readonly help: string
    readonly nodes: readonly { readonly target: readonly string[] }[]
  }[]
}

/** What axe finds wrong in the page as it is: the rule, and the elements. https://github.com/dequelabs/axe-core */
export async function findBarriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(await readFile(AXE, 'utf8'))
  const { violations } = (await page.evaluate('axe.run()')) as AxeResult
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  )
}

/** How far the page can be scrolled to the side, in pixels: 0 for a page that fits. */
export async function overhangOf(page: Page): Promise<number> {
  return await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
}
