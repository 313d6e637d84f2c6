// A thousand nodes and five hundred upstreams: the views of the fleet stay as small and as quick as with three.

import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { startControlPlane } from '../../control-plane/control-plane.ts'
import type { Config } from '../../control-plane/document/model.ts'
import { AnsweringNode } from '../../test/support/answering-node.ts'
import { launchChromium } from '../../test/support/chromium.ts'
import { LAPTOP, openLivePage } from '../../test/support/live-page.ts'
import { requireTool } from '../../test/support/requirements.ts'
import { connectTo } from '../../test/support/xds-client.ts'

const NODES = 1_000
const UPSTREAMS = 500
/** An HTTP/2 connection carries 100 streams. */
const CHANNELS = NODES / 50
/** Rows as high as the lowest of the views, over the whole window, and those beyond its edges. */
const MOST_ROWS = Math.ceil(LAPTOP.height / 36) + 2 * 6
/** A box of the diagram is 58 px apart from the next, in four columns; beyond each edge there are four. */
const MOST_BOXES = 4 * (Math.ceil(LAPTOP.height / 58) + 2 * 4)

/** Nodes ask for the listener "one" alone, as gRPC clients ask for their target. */
function documentOf(): Config {
  const names = Array.from({ length: UPSTREAMS }, (_, index) => `service-${index + 1}`)
  const endpoint = (index: number) => ({ address: `127.0.0.1:${20_001 + index}` })
  const rule = (name: string) => ({ match: { service: `shop.${name.replace('-', '')}` }, to: { [name]: 1 } })
  return {
    version: 1,
    upstreams: Object.fromEntries(names.map((name, index) => [name, { endpoints: { b1: endpoint(index) } }])),
    routes: {
      all: { hosts: ['*'], rules: Object.fromEntries(names.map((name) => [name, rule(name)])) },
      one: { hosts: ['*'], rules: { one: { match: {}, to: { 'service-1': 1 } } } },
    },
    fleets: {
      shop: {
        kind: 'proxyless',
        lb: { policy: 'round_robin' },
        listeners: { all: { l7: { routes: 'all' } }, one: { l7: { routes: 'one' } } },
      },
    },
  }
}

async function start(t: Test) {
  const control = await startControlPlane({ config: documentOf(), admin: '127.0.0.1:0', xds: '127.0.0.1:0' })
  t.teardown(() => control.close())
  const channels = Array.from({ length: CHANNELS }, () => connectTo(t, control.xdsAddress))
  for (let index = 0; index < NODES; index += 1) {
    const channel = channels[index % CHANNELS]
    const id = `shop-${index + 1}`
    new AnsweringNode(t, control.xdsAddress, {
      id,
      cluster: 'shop',
      listener: 'one',
      ...(channel && { channel }),
    })
  }
  const browser = await launchChromium()
  t.teardown(() => browser.close())
  return { ...control, browser }
}

interface Frames {
  readonly count: number
  /** Between two frames, in milliseconds. */
  readonly median: number
  readonly p95: number
  readonly longest: number
  /** The most elements that one frame added to the page, and the most that were in it. */
  readonly mostAdded: number
  readonly mostDrawn: number
}

/** Measures frames while `act` runs once in each of them, with the number of the frame. */
async function measureFrames(page: Page, selector: string, frames: number, act: string): Promise<Frames> {
  return (await page.evaluate(
    `new Promise((resolve) => {
      const act = ${act}
      const times = []
      let added = 0, mostAdded = 0, mostDrawn = 0, last = performance.now()
      const observer = new MutationObserver((records) => {
        for (const { addedNodes } of records) for (const node of addedNodes) if (node.nodeType === 1) added += 1
      })
      observer.observe(document.getElementById('page'), { childList: true, subtree: true })
      const step = (now) => {
        times.push(now - last)
        last = now
        mostAdded = Math.max(mostAdded, added)
        mostDrawn = Math.max(mostDrawn, document.querySelectorAll(${JSON.stringify(selector)}).length)
        added = 0
        if (times.length <= ${frames}) {
          act(times.length)
          requestAnimationFrame(step)
          return
        }
        observer.disconnect()
        const sorted = times.slice(1).sort((one, other) => one - other)
        const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
        resolve({ count: sorted.length, median: at(0.5), p95: at(0.95), longest: sorted.at(-1), mostAdded, mostDrawn })
      }
      requestAnimationFrame(step)
    })`,
  )) as Frames
}

/** Figures are reported, not judged: a busy machine is slow. The work of a frame is judged. */
function report(t: Test, title: string, frames: Frames): void {
  const { count, median, p95, longest, mostAdded, mostDrawn } = frames
  const ms = (value: number) => `${value.toFixed(1)} ms`
  t.comment(
    `${title}: ${count} frames, median ${ms(median)}, 95 % within ${ms(p95)}, longest ${ms(longest)}; ` +
      `at most ${mostDrawn} rows drawn and ${mostAdded} elements added in a frame`,
  )
}

/** By whole windows, so that no row stays: the most work that a scroll can be. */
const scroll = (selector: string) =>
  `(frame) => { const list = document.querySelector('${selector}'); list.scrollTop = (frame * list.clientHeight) % list.scrollHeight }`

t.test('a thousand nodes and five hundred upstreams', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { adminUrl, browser } = await start(t)
  const { page, show, complaints } = await openLivePage(browser, adminUrl, 'fleet')
  const status = page.locator('.matrix-tools [role=status]')
  await page.getByRole('button', { name: `SYNCED ${NODES}` }).waitFor()

  await t.test('the matrix draws the rows in view, however far it is scrolled', async (t) => {
    t.equal(await status.textContent(), `${NODES} nodes`)
    t.equal(await page.locator('.matrix').getAttribute('aria-rowcount'), String(NODES + 1))
    const frames = await measureFrames(page, '.matrix-row', 120, scroll('.matrix-scroll'))
    report(t, 'scrolling 1,000 nodes', frames)
    t.ok(frames.mostDrawn > 10 && frames.mostDrawn <= MOST_ROWS, `${frames.mostDrawn} rows`)
    const cells = MOST_ROWS * 30
    t.ok(frames.mostAdded <= cells, `${frames.mostAdded} elements in a frame`)
    await page.evaluate(`document.querySelector('.matrix-scroll').scrollTop = 1e9`)
    await page.locator('.matrix-row', { hasText: `shop-${NODES}` }).waitFor()
  })

  await t.test('a node is found by its name', async (t) => {
    await page.getByLabel('Find a node or a client').fill('shop-777')
    await page.locator('.matrix-row', { hasText: 'shop-777' }).waitFor()
    t.equal(await status.textContent(), `1 of ${NODES} nodes`)
    await page.getByLabel('Find a node or a client').fill('')
  })

  await t.test('when all nodes ACK a change, each frame redraws the rows in view only', async (t) => {
    const body = JSON.stringify({ mode: 'l7', policy: 'least_request' })
    const flip = `(frame) => { if (frame === 1) fetch('/v1/fleets/shop/lb?wait=300s', { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '${body}' }) }`
    const before = await page.locator('.matrix-row code').first().textContent()
    const frames = await measureFrames(page, '.matrix-row', 300, flip)
    report(t, '1,000 nodes ACK a change', frames)
    t.ok(frames.mostAdded <= MOST_ROWS * 30, `${frames.mostAdded} elements in a frame`)
    await page.getByRole('button', { name: `SYNCED ${NODES}` }).waitFor()
    t.not(await page.locator('.matrix-row code').first().textContent(), before, 'another version is there')
  })

  await t.test('the topology draws the boxes and links in view', async (t) => {
    await show('fleet?tab=topology')
    await page.locator('.topology-box').first().waitFor()
    t.match(await page.locator('.topology-card [role=status]').textContent(), /500 upstreams, 500 backends/)
    const frames = await measureFrames(page, '.topology-box', 120, scroll('.topology-scroll'))
    report(t, 'scrolling 500 upstreams', frames)
    t.ok(frames.mostDrawn > 10 && frames.mostDrawn <= MOST_BOXES, `${frames.mostDrawn} boxes`)
    t.ok((await page.locator('.topology-link').count()) <= 3 * MOST_BOXES, 'links')
    await page.getByLabel('Find a listener, rule, upstream or backend').fill('service-321')
    await page.locator('.topology-box.upstream', { hasText: 'service-321' }).waitFor()
    t.equal(await page.locator('.topology-box').count(), 4, 'the way to it and from it')
  })
  t.same(complaints, [])
})
