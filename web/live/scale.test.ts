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
/** With four types: cells, signs, words and versions. */
const ELEMENTS_OF_ROW = 40
/** A box of the diagram is 58 px apart from the next, in four columns; beyond each edge there are four. */
const MOST_BOXES = 4 * (Math.ceil(LAPTOP.height / 58) + 2 * 4)

const FRAMES = 60

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
  /** The most rows or boxes that were in the page in a frame, and the most elements that one frame put into it. */
  readonly mostDrawn: number
  readonly mostAdded: number
  /** CPU time of the main thread in a frame, on average, in milliseconds: what others do on the machine does not count. */
  readonly script: number
  readonly layout: number
}

/** Measures frames while `act`, the text of a function, runs once in each of them, with the number of the frame, until it returns "done". */
async function measureFrames(page: Page, selector: string, count: number, act: string): Promise<Frames> {
  const devTools = await page.context().newCDPSession(page)
  await devTools.send('Performance.enable', { timeDomain: 'threadTicks' })
  const spent = async () => {
    const { metrics } = await devTools.send('Performance.getMetrics')
    const seconds = (name: string) => metrics.find((one) => one.name === name)?.value ?? 0
    return {
      script: seconds('ScriptDuration'),
      layout: seconds('LayoutDuration') + seconds('RecalcStyleDuration'),
    }
  }
  const before = await spent()
  const frames = (await page.evaluate(
    `(${countFrames})(${JSON.stringify(selector)}, ${count}, ${act})`,
  )) as Omit<Frames, 'script' | 'layout'>
  const after = await spent()
  const ofFrame = (part: 'script' | 'layout') => ((after[part] - before[part]) * 1_000) / frames.count
  return { ...frames, script: ofFrame('script'), layout: ofFrame('layout') }
}

/** Runs in the page. */
const countFrames = `(selector, count, act) => new Promise((resolve) => {
  const times = []
  let added = 0, mostAdded = 0, mostDrawn = 0, last = performance.now()
  const observer = new MutationObserver((records) => {
    for (const { addedNodes } of records)
      for (const node of addedNodes) if (node.nodeType === 1) added += 1 + node.querySelectorAll('*').length
  })
  observer.observe(document.getElementById('page'), { childList: true, subtree: true })
  const step = (now) => {
    times.push(now - last)
    last = now
    mostAdded = Math.max(mostAdded, added)
    mostDrawn = Math.max(mostDrawn, document.querySelectorAll(selector).length)
    added = 0
    if (times.length <= count && act(times.length) !== 'done') {
      requestAnimationFrame(step)
      return
    }
    observer.disconnect()
    const sorted = times.slice(1).sort((one, other) => one - other)
    const at = (share) => sorted[Math.floor((sorted.length - 1) * share)]
    resolve({ count: sorted.length, median: at(0.5), p95: at(0.95), longest: at(1), mostAdded, mostDrawn })
  }
  requestAnimationFrame(step)
})`

/** Times are reported, not judged: a busy machine is slow. The work of a frame is judged. */
function report(t: Test, title: string, frames: Frames): void {
  const { count, median, p95, longest, mostAdded, mostDrawn, script, layout } = frames
  const ms = (value: number) => `${value.toFixed(1)} ms`
  t.comment(
    `${title}: ${count} frames, median ${ms(median)}, 95 % within ${ms(p95)}, longest ${ms(longest)}; in a frame ` +
      `${ms(script)} of CPU time for scripts and ${ms(layout)} for layout, ${mostDrawn} drawn, ${mostAdded} elements added at most`,
  )
}

/** By whole windows, so that no row stays: the most work that a scroll can be. */
const jump = (selector: string) =>
  `(frame) => { const list = document.querySelector('${selector}'); list.scrollTop = (frame * list.clientHeight) % list.scrollHeight }`

/** As a quick turn of a wheel scrolls. */
const scroll = (selector: string) =>
  `(frame) => { document.querySelector('${selector}').scrollTop = frame * 120 }`

t.test('a thousand nodes and five hundred upstreams', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { adminUrl, browser } = await start(t)
  const { page, show, complaints } = await openLivePage(browser, adminUrl, 'fleet')
  const status = page.locator('.matrix-tools [role=status]')
  await page.getByRole('button', { name: `SYNCED ${NODES}` }).waitFor()

  await t.test('the matrix draws the rows in view, however far it is scrolled', async (t) => {
    t.equal(await status.textContent(), `${NODES} nodes`)
    t.equal(await page.locator('.matrix').getAttribute('aria-rowcount'), String(NODES + 1))
    report(
      t,
      'scrolling 1,000 nodes',
      await measureFrames(page, '.matrix-row', FRAMES, scroll('.matrix-scroll')),
    )
    const frames = await measureFrames(page, '.matrix-row', FRAMES, jump('.matrix-scroll'))
    report(t, 'jumping through 1,000 nodes', frames)
    t.ok(frames.mostDrawn > 10 && frames.mostDrawn <= MOST_ROWS, `${frames.mostDrawn} rows`)
    t.ok(frames.mostAdded <= MOST_ROWS * ELEMENTS_OF_ROW, `${frames.mostAdded} elements in a frame`)
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
    // The first type is that of clusters, whose version changes; the chip counts nodes that have all versions.
    const flip = `(frame) => {
      const first = document.querySelector('.matrix-row code').textContent
      if (frame === 1) {
        window.versionBefore = first
        fetch('/v1/fleets/shop/lb', { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '${body}' })
      }
      const synced = document.querySelector('.chip.state-synced b')?.textContent
      return first !== window.versionBefore && synced === '${NODES}' ? 'done' : undefined
    }`
    const before = await page.locator('.matrix-row code').first().textContent()
    const frames = await measureFrames(page, '.matrix-row', 1e6, flip)
    report(t, '1,000 nodes ACK a change', frames)
    t.ok(frames.mostAdded <= MOST_ROWS * ELEMENTS_OF_ROW, `${frames.mostAdded} elements in a frame`)
    t.not(await page.locator('.matrix-row code').first().textContent(), before, 'another version is there')
  })

  await t.test('the topology draws the boxes and links in view', async (t) => {
    await show('fleet?tab=topology')
    await page.locator('.topology-box').first().waitFor()
    t.match(await page.locator('.topology-card [role=status]').textContent(), /500 upstreams, 500 backends/)
    report(
      t,
      'scrolling 500 upstreams',
      await measureFrames(page, '.topology-box', FRAMES, scroll('.topology-scroll')),
    )
    const frames = await measureFrames(page, '.topology-box', FRAMES, jump('.topology-scroll'))
    report(t, 'jumping through 500 upstreams', frames)
    t.ok(frames.mostDrawn > 10 && frames.mostDrawn <= MOST_BOXES, `${frames.mostDrawn} boxes`)
    t.ok((await page.locator('.topology-link').count()) <= 3 * MOST_BOXES, 'links')
    await page.getByLabel('Find a listener, rule, upstream or backend').fill('service-321')
    await page.locator('.topology-box.of-upstream', { hasText: 'service-321' }).waitFor()
    t.equal(await page.locator('.topology-box').count(), 4, 'the way to it and from it')
  })
  t.same(complaints, [])
})
