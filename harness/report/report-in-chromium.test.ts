// The report in a browser: light and dark, on a screen, a phone and paper.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AxeResults } from 'axe-core'
import t from 'tap'
import { launchChromium, openFile } from '../../test/support/chromium.ts'
import { madeResults, madeSections } from '../../test/support/made-results.ts'
import { requireTool } from '../../test/support/requirements.ts'
import { writeReport } from './write-report.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const SCREEN = { width: 1280, height: 900 }
const PHONE = { width: 360, height: 740 }

const VIEWS = [
  { name: 'on a light screen', viewport: SCREEN, colorScheme: 'light' },
  { name: 'on a dark screen', viewport: SCREEN, colorScheme: 'dark' },
  { name: 'on a light phone', viewport: PHONE, colorScheme: 'light' },
  { name: 'on a dark phone', viewport: PHONE, colorScheme: 'dark' },
] as const

t.test('the report in Chromium', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const folder = mkdtempSync(join(tmpdir(), 'report-'))
  const results = madeResults({ rounds: 1, calls: 200 })
  await writeReport(folder, results, madeSections(results))
  const path = join(folder, 'report.html')
  const browser = await launchChromium()
  t.teardown(async () => {
    await browser.close()
    rmSync(folder, { recursive: true })
  })

  for (const { name, ...options } of VIEWS) {
    t.test(`${name}, it has no complaint, no request, and nothing wider than the screen`, async (t) => {
      const { page, context, complaints, requests } = await openFile(browser, path, options)
      t.teardown(() => context.close())
      const width = await page.evaluate('document.documentElement.scrollWidth')
      t.equal(width, options.viewport.width)
      t.strictSame(complaints, [])
      t.strictSame(requests, [])
    })

    // Both colors and both widths need not be combined.
    if (options.viewport === (options.colorScheme === 'light' ? PHONE : SCREEN)) continue
    t.test(`${name}, axe finds nothing serious, whatever is open`, async (t) => {
      const { page, context } = await openFile(browser, path, options)
      t.teardown(() => context.close())
      await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true')
      // The rows of a table are alike, and axe takes long over thousands of cells.
      await page.evaluate(
        'for (const one of document.querySelectorAll("tbody tr:nth-child(n + 4)")) one.remove()',
      )
      await page.evaluate(AXE)
      const { violations } = (await page.evaluate('axe.run()')) as AxeResults
      t.strictSame(
        violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`),
        [],
      )
    })
  }

  for (const viewport of [SCREEN, PHONE]) {
    t.test(`all text of the charts is inside of them, ${viewport.width} px wide`, async (t) => {
      const { page, context } = await openFile(browser, path, { viewport })
      t.teardown(() => context.close())
      const outside = await page.locator('svg:visible text').evaluateAll((texts) =>
        texts
          .filter((text) => {
            const [inner, outer] = [text, text.ownerSVGElement].map((one) => one.getBoundingClientRect())
            return (
              inner.left < outer.left - 2 || inner.right > outer.right + 2 || inner.bottom > outer.bottom + 2
            )
          })
          .map((text) => text.textContent),
      )
      t.strictSame(outside, [])
    })
  }

  t.test('a table sorts by keyboard: numbers by value, then the other way round', async (t) => {
    const { page, context } = await openFile(browser, path, { viewport: SCREEN })
    t.teardown(() => context.close())
    const table = page.locator('section', { hasText: 'When to use what' }).last().locator('table')
    const cells = () => table.locator('tbody tr').evaluateAll((rows) => rows.map((row) => row.textContent))
    const before = await cells()
    const head = table.getByRole('button', { name: 'p50' })
    await head.focus()
    await page.keyboard.press('Enter')
    t.equal(await table.locator('th[aria-sort]').getAttribute('aria-sort'), 'descending')
    t.match((await cells())[0], /^sidecars on both sides/)
    await page.keyboard.press('Space')
    t.equal(await table.locator('th[aria-sort]').getAttribute('aria-sort'), 'ascending')
    t.match((await cells()).at(-1), /^sidecars on both sides/)
    await table.getByRole('button', { name: 'way' }).press('Enter')
    t.strictSame(await cells(), before.toSorted(new Intl.Collator('en', { numeric: true }).compare))
  })

  t.test('the theme can be chosen', async (t) => {
    const { page, context } = await openFile(browser, path, { viewport: SCREEN, colorScheme: 'light' })
    t.teardown(() => context.close())
    const paper = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
    const light = await paper()
    const button = page.getByRole('button', { name: /^Theme/ })
    await button.press('Enter')
    t.equal(await paper(), light)
    await button.press('Enter')
    t.not(await paper(), light)
    t.equal(await button.textContent(), 'Theme: dark')
    await button.press('Enter')
    t.equal(await paper(), light)
  })

  t.test('one drawing of each chart is shown, the one that fits', async (t) => {
    const shown = async (viewport: typeof SCREEN) => {
      const { page, context } = await openFile(browser, path, { viewport })
      const seen = await page.locator('.chart:visible').evaluateAll((all) => all.map((one) => one.className))
      await context.close()
      return new Set(seen)
    }
    t.strictSame(await shown(SCREEN), new Set(['chart wide']))
    t.strictSame(await shown(PHONE), new Set(['chart narrow']))
  })

  t.test('without its script, the page has everything', async (t) => {
    const { page, context } = await openFile(browser, path, { viewport: SCREEN, javaScriptEnabled: false })
    t.teardown(() => context.close())
    t.equal(await page.locator('figure table').count(), await page.locator('figure').count())
    t.equal(await page.locator('th button').count(), 0)
    await page.getByText('The figures as a table').first().click()
    t.ok(await page.locator('figure table').first().isVisible())
  })

  t.test('on paper it is light, and the tables behind the charts are open', async (t) => {
    const { page, context } = await openFile(browser, path, {
      viewport: SCREEN,
      colorScheme: 'dark',
      javaScriptEnabled: false,
    })
    t.teardown(() => context.close())
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    t.ok(await page.locator('figure table').first().isVisible())
    t.notOk(await page.locator('nav').isVisible())
  })
})
