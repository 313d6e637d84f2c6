// Chromium starts wherever temporary files are.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { requireTool } from '../../test/support/requirements.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { launchChromium } from './chromium.ts'

t.test('O3.3: Chromium starts if the path for temporary files is too long for its socket', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const folder = join(testFolder(t), 'a'.repeat(100))
  mkdirSync(folder)
  const { TMPDIR } = process.env
  process.env.TMPDIR = folder
  t.teardown(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  })
  const browser = await launchChromium()
  t.teardown(() => browser.close())
  const page = await browser.newPage()
  t.equal(await page.evaluate('1 + 1'), 2)
})
