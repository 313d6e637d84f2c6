// Chromium of the system, without a window, for tests of pages that we write.

import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core'
import { findProgram } from '../../processes/find-program.ts'

export const INSTALL_CHROMIUM = 'sudo apt-get install -y chromium'

/** The path of the first Chromium on PATH. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  return names.map((name) => findProgram(name, env)).find((path) => path !== undefined)
}

/** In a container, Chromium has no sandbox of its own; it opens nothing but our pages. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error(`chromium is missing: ${INSTALL_CHROMIUM}`)
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
    timeout: 120_000,
  })
}

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
