// `npm run example:web`, as a person starts it: the page, and calls from it with and without a token.

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { launchChromium } from '../../testbed/browser/chromium.ts'
import { requireTool } from '../support/requirements.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

t.test(
  'O3.3: the example page calls through its Envoy, and only with a token where one is needed',
  async (t) => {
    if (!requireTool(t, 'envoy') || !requireTool(t, 'chromium')) return
    const example = spawn(process.execPath, ['cli/launch.js', '--run', 'example:web', '--jwt'], { cwd: root })
    const ended = new Promise((resolve) => example.once('exit', resolve))
    t.teardown(async () => {
      example.kill('SIGTERM')
      await ended
    })
    const { url, token } = await new Promise<{ url: string; token: string }>((resolve, reject) => {
      let output = ''
      example.stdout.on('data', (text) => {
        output += text
        const [, url] = /(http:\S+)/.exec(output) ?? []
        const [, token] = /(eyJ\S+)\s/.exec(output) ?? []
        if (url && token) resolve({ url, token })
      })
      example.once('exit', () => reject(new Error(`the example has ended: ${output}`)))
    })

    const browser = await launchChromium()
    t.teardown(() => browser.close())
    const context = await browser.newContext()
    context.setDefaultTimeout(120_000)
    const page = await context.newPage()
    await page.goto(url)
    const outcome = async () => {
      await page.getByRole('button', { name: 'Call' }).click()
      await page
        .locator('#outcome')
        .getByText(/^status/)
        .waitFor()
      return await page.locator('#outcome').textContent()
    }
    t.equal(await outcome(), 'status 16\nJwt is missing')
    await page.locator('[name=token]').fill(token)
    t.equal(await outcome(), '0: hello, from b1status 0')
  },
)
