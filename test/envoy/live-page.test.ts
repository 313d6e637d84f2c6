// The live page in a real Chromium, on a testbed of real Envoys: flips by click, a NACK, and a restart of the control plane.

import { fileURLToPath } from 'node:url'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Metadata } from '@grpc/grpc-js'
import type { Locator, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { buildPage } from '../../cli/prepare/page.js'
import { ProcessGroup } from '../../processes/process-group.ts'
import { createClient } from '../../services/rpc/index.ts'
import { launchChromium } from '../../testbed/browser/chromium.ts'
import { startTestbed, type Testbed } from '../../testbed/testbed.ts'
import { findBarriers, overhangOf } from '../support/live-page.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Longer than anything takes on a busy machine: every wait below ends by an event. */
const PATIENCE = 120_000
const EVERY_MS = 25
const LAPTOP = { width: 1280, height: 900 }
const PHONE = { width: 390, height: 844 }

function ofUser(name: string): Metadata {
  const metadata = new Metadata()
  metadata.set('x-user', name)
  return metadata
}

/** Steady calls on four connections, all with one key, so that hashing policies choose one backend. */
function startCalls(t: Test, targets: readonly string[]) {
  const failures: string[] = []
  const clients = Array.from({ length: 4 }, (_, index) =>
    createClient(EchoService, targets[index % targets.length] ?? '', {
      options: { 'grpc.use_local_subchannel_pool': 1 },
    }),
  )
  let turn = 0
  const timer = setInterval(() => {
    const client = clients[turn++ % clients.length]
    client
      ?.unary({ message: 'hello' }, { metadata: ofUser('alice') })
      .catch((error: Error) => failures.push(error.message))
  }, EVERY_MS)
  t.teardown(() => {
    clearInterval(timer)
    for (const client of clients) client.close()
  })
  return failures
}

async function openPage(t: Test, { rest }: Testbed) {
  const browser = await launchChromium()
  t.teardown(() => browser.close())
  const context = await browser.newContext({ viewport: LAPTOP })
  context.setDefaultTimeout(PATIENCE)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (/Content.Security.Policy/i.test(message.text())) complaints.push(message.text())
  })
  const { url } = await rest.createLoginLink()
  await page.goto(url)
  return { page, complaints }
}

const flip = (page: Page) => page.getByRole('button', { name: 'Flip', exact: true }).click()
/** Of the policies and modes: the radio itself is hidden in its label. */
const choose = (page: Page, label: RegExp) => page.locator('label', { hasText: label }).first().click()

const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

/** Waits until the whole text of the element matches. */
async function untilText(element: Locator, text: RegExp): Promise<string> {
  await element.filter({ hasText: text }).first().waitFor()
  return (await element.first().textContent()) ?? ''
}

/** Shares in percent by backend, as the bars say. */
async function shares(page: Page): Promise<Readonly<Record<string, number>>> {
  const rows = await card(page, 'Distribution').locator('.bar-row').allTextContents()
  return Object.fromEntries(
    rows.map((row) => {
      const [, name = row, share = 'NaN'] = /^(b\d)\s*([\d.]+) %/.exec(row.trim()) ?? []
      return [name, Number(share)]
    }),
  )
}

t.test('the live page', async (t) => {
  if (!requireTool(t, 'envoy') || !requireTool(t, 'chromium')) return
  buildPage(root)
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const testbed = await startTestbed(group, {
    folder: testFolder(t),
    fleets: new Map([['edge', 2]]),
    backends: 3,
    steadyLoad: true,
  })
  const nodes = testbed.fleets.get('edge') ?? []
  const failures = startCalls(
    t,
    nodes.map(({ target }) => target),
  )
  // Envoy cannot ask clients at L4 to leave, so it cuts their connections when the drain time ends.
  let failedAtL4 = 0
  const { page, complaints } = await openPage(t, testbed)
  const lanes = page.locator('.lane')
  const pending = card(page, 'The diff that will be sent')

  await t.test('a one-time link signs in, and leaves no code in the address', async (t) => {
    await page.getByRole('status').filter({ hasText: /^live/ }).waitFor()
    t.notMatch(page.url(), /login|code/)
    t.match(await page.locator('.who').textContent(), /operator/)
  })

  await t.test('a click from L4 to L7 shows its diff, a lane for each Envoy, and even bars', async (t) => {
    await untilText(card(page, 'Distribution'), /4 connections/)
    await choose(page, /^L7/)
    t.match(await pending.textContent(), /fleets\.edge\.lb\.mode.*l4.*becomes.*l7/)
    await flip(page)
    await untilText(pending, /Every Envoy accepted it/)
    t.equal(await lanes.count(), nodes.length)
    for (const lane of await lanes.all()) await untilText(lane, /ACK in .+ms/)
    // Long after the old connections have gone, the window has calls by the new policy only.
    await untilText(page.locator('.evenness'), /dealt out evenly|as even as chance allows/i)
    const even = await shares(page)
    t.same(Object.keys(even), ['b1', 'b2', 'b3'])
    t.ok(
      Object.values(even).every((share) => share >= 15 && share <= 55),
      JSON.stringify(even),
    )
    t.ok((await page.locator('.bar-ghost').count()) > 0, 'what was before shows as a ghost')
    const { config } = await testbed.rest.getConfig()
    t.match(config, { fleets: { edge: { lb: { mode: 'l7', policy: 'round_robin' } } } })
  })

  await t.test("connections differ by the caller's port, on a phone too", async (t) => {
    await page.getByRole('link', { name: 'Distribution', exact: true }).click()
    await page.setViewportSize({ width: 360, height: 780 })
    const names = card(page, 'By connection').locator('.bar-name')
    await names.nth(3).waitFor()
    const ports = await names.locator('.bar-port').allTextContents()
    t.ok(
      ports.every((port) => /^:\d+$/.test(port)),
      ports.join(' '),
    )
    t.equal(new Set(ports).size, ports.length)
    t.match(await names.first().getAttribute('title'), /^edge-1, from 127\.0\.0\.1:\d+$/)
    for (const name of await names.all()) {
      const [whole, port] = [await name.boundingBox(), await name.locator('.bar-port').boundingBox()]
      t.ok(port && whole && port.x + port.width <= whole.x + whole.width + 1, 'the port is not cut')
    }
    await page.setViewportSize(LAPTOP)
    await page.getByRole('link', { name: 'Flip', exact: true }).click()
  })

  await t.test(
    'a click on ring hash ends with all calls of a key at one backend, the one that answers',
    async (t) => {
      await choose(page, /ring hash/)
      await flip(page)
      await untilText(page.locator('.evenness'), /uneven: b\d has all calls/i)
      failedAtL4 = failures.length
      const [target = ''] = nodes.map(({ target }) => target)
      const client = createClient(EchoService, target)
      t.teardown(() => client.close())
      const { backendId } = await client.unary({ message: '' }, { metadata: ofUser('alice') })
      t.equal((await shares(page))[backendId], 100)
    },
  )

  await t.test(
    "a NACK shows in a red lane with Envoy's text and the path, and the way back is offered",
    async (t) => {
      await choose(page, /maglev/)
      await page.locator('summary', { hasText: 'options of maglev' }).click()
      const tableSize = page.locator('input#field-fleets-edge-lb-tableSize')
      // Not a prime number: Envoy checks that, the schema does not.
      await tableSize.fill('65536')
      await tableSize.press('Enter')
      await flip(page)
      await untilText(pending, /was rejected/)
      const red = page.locator('.lane.nacked').first()
      t.match(await red.textContent(), /rejected \(NACK\)/)
      const text = (await page.locator('.lane-nack').first().textContent()) ?? ''
      t.match(text, /prime/i)
      t.match(text, /at\s*upstreams\.echo$/)
      const { config } = await testbed.rest.getConfig()
      t.match(config, { fleets: { edge: { lb: { policy: 'ring_hash' } } } }, 'rolled back')
      // The page shows the document that is in force again, and keeps the red lane until the next flip.
      await page.locator('.choice.chosen', { hasText: 'ring hash' }).waitFor()
      t.ok(await red.isVisible())
    },
  )

  await t.test('a document that is not valid is not written, and its problem is at its field', async (t) => {
    const before = (await testbed.rest.getStatus()).revision.revision
    await page.locator('.group-name', { hasText: /^timeouts/ }).click()
    const field = page.locator('input#field-fleets-edge-timeouts-streamIdle')
    await field.fill('soon')
    await field.press('Enter')
    await flip(page)
    await untilText(page.locator('.field-problem'), /soon|duration/)
    t.equal((await testbed.rest.getStatus()).revision.revision, before)
    await page.getByRole('button', { name: 'Discard' }).click()
  })

  await t.test('a change by somebody else shows without a reload', async (t) => {
    await testbed.rest.putLb('edge', { mode: 'l7', policy: 'random' })
    await page.locator('.choice.chosen', { hasText: /^random/ }).waitFor()
    await untilText(card(page, 'Distribution'), /as even as chance allows/i)
    t.match(await page.locator('.evenness').first().textContent(), /CV 0\.\d\d, chance 0\.\d\d/)
  })

  await t.test('the load of the testbed is started, sized and stopped from the page', async (t) => {
    await page.getByRole('link', { name: 'Load', exact: true }).click()
    await page.getByRole('button', { name: 'Start the load' }).click()
    await untilText(page.locator('.load-total'), /[1-9]\d* calls? since it was started/)
    const connections = page.getByRole('spinbutton', { name: 'connections' })
    await connections.fill('2')
    await connections.press('Tab')
    await page.getByRole('button', { name: 'Apply' }).click()
    await page.getByRole('button', { name: 'Apply', disabled: true }).waitFor()
    t.match(await testbed.rest.getTestbedLoad(), { running: true, connections: 2, failed: 0 })
    await page.getByRole('button', { name: 'Stop the load' }).click()
    await page.getByRole('button', { name: 'Start the load' }).waitFor()
    t.match(await testbed.rest.getTestbedLoad(), { running: false, connections: 2 })
    await page.getByRole('link', { name: 'Flip', exact: true }).click()
  })

  await t.test('the views are accessible in both themes, and fit a laptop and a phone', async (t) => {
    for (const [colorScheme, size] of [
      ['light', LAPTOP],
      ['dark', PHONE],
    ] as const) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize(size)
      for (const view of ['Distribution', 'Time', 'Load', 'Flip']) {
        await page.getByRole('link', { name: view, exact: true }).click()
        await page.locator('main h2').first().waitFor()
        t.same(await findBarriers(page), [], `${view}, ${colorScheme}`)
        t.equal(await overhangOf(page), 0, `${view} fits`)
      }
    }
    await page.emulateMedia({ colorScheme: null })
    await page.setViewportSize(LAPTOP)
  })

  await t.test('a viewer watches the same page, and can change nothing on it', async (t) => {
    const viewers = await page.context().browser()?.newContext()
    t.teardown(() => viewers?.close())
    const other = await viewers?.newPage()
    if (other === undefined) throw new Error('the browser has ended')
    other.setDefaultTimeout(PATIENCE)
    await other.goto((await testbed.rest.createLoginLink({ role: 'viewer' })).url)
    await other.locator('.choice').first().waitFor()
    t.equal(await other.locator('.switches input:enabled, .switches [role=switch]:enabled').count(), 0)
    t.ok((await page.locator('.switches input:enabled').count()) > 5, 'twin: the operator can')
    t.match(await card(other, 'The diff that will be sent').textContent(), /viewer/)
  })

  await t.test(
    'after a restart of the control plane the page says why it is signed out, and a new link goes on',
    async (t) => {
      const [before] = testbed.parts.states().filter(({ id }) => id === 'control-plane')
      t.ok(before?.pid)
      process.kill(Number(before?.pid), 'SIGKILL')
      await page.getByText(/session has ended/).waitFor()
      const { url } = await testbed.rest.createLoginLink()
      await page.goto(url)
      await page.getByRole('status').filter({ hasText: /^live/ }).waitFor()
      t.same(failures.slice(failedAtL4), [], 'no call has failed since the flip to L7')
      t.same(complaints, [])
    },
  )
})
