// The example page itself, driven as a person does: its forms, its buttons, and what it then shows.

import type { Browser, Page } from 'playwright-core'
import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { Run, RunContext } from '../../../../harness/scenario.ts'
import { NEEDS_CHROMIUM, webBedOf } from '../bed/web-bed.ts'

export const PAGE = 'browser.page'

/** As the page names them. */
export const CLIENTS = ['connect-web', 'grpc-web, as text', 'grpc-web, binary'] as const

export const PAGE_RUN: Run = {
  id: PAGE,
  labels: { client: 'the example page', transport: 'plaintext' },
  needs: [NEEDS_CHROMIUM],
  ...{ rounds: 1, seconds: 4 },
  measure: measurePage,
}

async function measurePage(context: RunContext): Promise<Measured> {
  const { browser, lab, urls } = await webBedOf(context)
  return facts({ texts: await drive(browser, `${lab.origin}/?target=${urls.plaintext}`) })
}

async function drive(browser: Browser, url: string): Promise<Readonly<Record<string, string>>> {
  // A context each: a tab in the background of another would be slowed down.
  const contexts = [await browser.newContext(), await browser.newContext()]
  try {
    const pages = contexts.map(async (context) => {
      context.setDefaultTimeout(120_000)
      const page = await context.newPage()
      await page.goto(url)
      return page
    })
    const [alice, bob] = (await Promise.all(pages)) as [Page, Page]
    const texts: Record<string, string> = {}
    await fill(alice, { delayMs: '0', count: '2' })
    for (const client of CLIENTS) texts[client] = await callBy(alice, { client, method: 'ServerStream' })
    await fill(alice, { status: '5' })
    texts['status 5'] = await callBy(alice, { client: CLIENTS[0], method: 'Unary' })
    await say(alice, 'alice', 'hello Bob')
    await heard(bob, 'alice: hello Bob')
    await say(bob, 'bob', 'hello Alice')
    await heard(alice, 'bob: hello Alice')
    texts.chat = (await bob.locator('#messages li').allTextContents()).join(', ')
    return texts
  } finally {
    for (const context of contexts) await context.close()
  }
}

async function fill(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await page.locator(`#call [name=${name}]`).fill(value)
}

async function callBy(
  page: Page,
  { client, method }: { readonly client: string; readonly method: string },
): Promise<string> {
  const form = page.locator('#call')
  await form.locator('[name=client]').selectOption(client)
  await form.locator('[name=method]').selectOption({ label: method })
  await form.getByRole('button', { name: 'Call' }).click()
  await page
    .locator('#outcome')
    .getByText(/^status \d/)
    .waitFor()
  return (await page.locator('#outcome > div').allTextContents()).join('; ')
}

async function say(page: Page, name: string, text: string): Promise<void> {
  const form = page.locator('#chat')
  await form.locator('[name=name]').fill(name)
  await form.locator('[name=text]').fill(text)
  await form.getByRole('button', { name: 'Send' }).click()
}

async function heard(page: Page, text: string): Promise<void> {
  await page.locator('#messages li').getByText(text, { exact: true }).waitFor()
}
