// A page of a file, for tests of pages that we write.

import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'

export { findChromium, INSTALL_CHROMIUM, launchChromium } from '../../testbed/browser/chromium.ts'

/** A page with what it complained about and what it asked the network for. */
export interface WatchedPage {
  readonly page: Page
  readonly context: BrowserContext
  readonly complaints: readonly string[]
  /** Other than the file itself. */
  readonly requests: readonly string[]
}

export async function openFile(
  browser: Browser,
  path: string,
  options: BrowserContextOptions,
): Promise<WatchedPage> {
  const url = `file://${path}`
  const context = await browser.newContext(options)
  context.setDefaultTimeout(120_000)
  const page = await context.newPage()
  const complaints: string[] = []
  const requests: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    if (request.url() !== url) requests.push(request.url())
  })

  await page.goto(url)
  return { page, context, complaints, requests }
}
