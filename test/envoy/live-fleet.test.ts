// The views Fleet, History and Metrics of the live page in Chromium, with a real Envoy and a real gRPC client.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { register } from '@grpc/grpc-js-xds'
import t, { type Test } from 'tap'
import { RestClient } from '../../api/client.ts'
import { startControlPlane } from '../../control-plane/control-plane.ts'
import { freePort } from '../../processes/free-port.ts'
import { createClient } from '../../services/rpc/index.ts'
import { LISTENER } from '../../xds-server/index.ts'
import { launchChromium } from '../support/chromium.ts'
import { startBackends } from '../support/echo-backends.ts'
import { matrix, serveFixedPrometheus } from '../support/fixed-prometheus.ts'
import { bootstrapOf } from '../support/grpc-client.ts'
import { findBarriers, openLivePage, overhangOf, PHONE } from '../support/live-page.ts'
import { startEnvoy } from '../support/real-envoy.ts'
import { requireTool } from '../support/requirements.ts'
import { sampleWith } from '../support/sample-config.ts'
import { testFolder } from '../support/test-folder.ts'
import { connectTo, nodeOf, SotwClient } from '../support/xds-client.ts'

/** Maglev requires a prime table size. Our validation does not check that; Envoy does. */
const NO_PRIME = { fleets: { fleet: { lb: { mode: 'l7', policy: 'maglev', tableSize: 65_536 } } } }

async function start(t: Test) {
  const [b1, b2] = await startBackends(t, 'b1', 'b2')
  const prometheus = await serveFixedPrometheus(t, (parameters) => ({
    status: 200,
    body: matrix([
      { metric: { fleet: 'shop', state: 'SYNCED' }, values: [[Number(parameters.get('end')), '7']] },
    ]),
  }))
  const control = await startControlPlane({
    config: sampleWith({
      'upstreams.echo': {
        endpoints: {
          b1: { address: `127.0.0.1:${b1}` },
          b2: { address: `127.0.0.1:${b2}`, weight: 3, state: 'draining' },
        },
      },
      'upstreams.echo-v2': undefined,
      'routes.public.rules': { everything: { match: {}, to: { echo: 1 } } },
      'fleets.edge': undefined,
      'fleets.fleet': {
        kind: 'envoy',
        onNack: 'hold',
        lb: { mode: 'l7', policy: 'round_robin' },
        listeners: { main: { port: await freePort(), l4: { upstream: 'echo' }, l7: { routes: 'public' } } },
      },
      'fleets.shop': {
        kind: 'proxyless',
        lb: { policy: 'round_robin' },
        listeners: { echo: { l7: { routes: 'public' } } },
      },
    }),
    admin: '127.0.0.1:0',
    xds: '127.0.0.1:0',
    loadIntervalMs: 500,
    prometheus: prometheus.url,
  })
  t.teardown(() => control.close())
  await startEnvoy(t, control.xdsAddress, 'delta')
  register()
  const bootstrap = bootstrapOf(control.xdsAddress, 'shop-1', 'shop')
  const client = createClient(EchoService, 'xds:///echo', {
    options: { 'grpc.TEST_ONLY_DO_NOT_USE_IN_PROD.xds_bootstrap_config': JSON.stringify(bootstrap) },
  })
  t.teardown(() => client.close())
  t.equal((await client.unary({})).backendId, 'b1', 'the gRPC client has its configuration')
  const browser = await launchChromium()
  t.teardown(() => browser.close())
  return { ...control, prometheus, browser, rest: new RestClient({ url: control.adminUrl }) }
}

t.test('the fleet, its history and its metrics on the page', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { adminUrl, xdsAddress, prometheus, browser, rest } = await start(t)
  const { page, show, complaints } = await openLivePage(browser, adminUrl, 'fleet?fleet=fleet')
  const rowOf = (node: string) => page.locator('.matrix-row', { hasText: node })
  const detail = page.locator('.node-detail')

  await t.test('the matrix has each Envoy and each gRPC client, with a version of each type', async (t) => {
    await rowOf('edge-1').and(page.locator('.state-synced')).waitFor()
    t.match(await rowOf('edge-1').textContent(), /edge-1.*envoy 1\.\d+/)
    t.same(await page.locator('.matrix thead th').allTextContents(), [
      'node',
      'client',
      'CDS',
      'EDS',
      'LDS',
      'RDS',
    ])
    t.equal(await rowOf('edge-1').locator('code').count(), 4)
    await page.getByRole('button', { name: /^shop gRPC clients without a proxy/ }).click()
    t.match(await rowOf('shop-1').textContent(), /shop-1.*gRPC Node/)
  })

  await t.test('a node that joins while the page is open is there with its client', async (t) => {
    await show('fleet?fleet=fleet')
    await startEnvoy(t, xdsAddress, 'delta', {
      nodeId: 'edge-2',
      listenerAddress: '127.0.0.2',
      folder: testFolder(t),
    })
    await rowOf('edge-2')
      .getByText(/envoy 1\.\d+/)
      .waitFor()
    await page.getByRole('button', { name: 'SYNCED 2' }).waitFor()
  })
  await t.test('a node that has left is disconnected', async (t) => {
    await page.getByRole('button', { name: 'DISCONNECTED 1' }).waitFor()
    t.ok(await rowOf('edge-2').and(page.locator('.state-disconnected')).isVisible())
  })

  await t.test('the topology leads from listeners over rules and upstreams to backends', async (t) => {
    await show('fleet?fleet=fleet&tab=topology')
    const column = (name: string) => page.getByRole('list', { name, exact: true })
    await column('Backends').getByText('b2', { exact: true }).waitFor()
    t.match(await column('Listeners').textContent(), /mainL7 · port \d+/)
    t.match(await column('Routes').textContent(), /everythingall calls/)
    t.match(await column('Upstreams').textContent(), /echoround_robin/)
    t.match(await column('Backends').textContent(), /b1127.*b2127\.0\.0\.1:\d+ · draining · weight 3/)
    await show('fleet?fleet=shop&tab=topology')
    await column('Listeners').getByText('xds:///echo').waitFor()
  })

  await t.test('the effective config of a node is what it is served, with its own address', async (t) => {
    await show('fleet?fleet=fleet&node=edge-1')
    await detail.getByText('Effective config').click()
    await detail.getByText(/1 resource differs from what the fleet is served/).waitFor()
    const listeners = detail.getByRole('region', { name: 'Listeners' })
    await listeners.locator('summary', { hasText: 'main' }).click()
    t.match(
      await listeners.locator('.changes').textContent(),
      /address\.socketAddress\.address.*127\.0\.0\.1/,
    )
    const clusters = detail.getByRole('region', { name: 'Clusters' })
    await clusters.locator('summary', { hasText: 'echo' }).click()
    t.match(await clusters.locator('.json').textContent(), /load_balancing_policies\.round_robin/)
  })

  await t.test('X46: a node shows what it waits for, and why', async (t) => {
    const caller = new SotwClient(connectTo(t, xdsAddress))
    caller.send({
      node: { ...nodeOf('shop-2', 'shop'), userAgentName: 'gRPC Go' },
      typeUrl: LISTENER,
      resourceNames: ['ehco'],
    })
    await caller.next()
    await show('fleet?fleet=shop&node=shop-2')
    await detail.getByText('Waits for 1 that is not served: ehco').waitFor()
    await detail.locator('.places', { hasText: 'NOT_FOUND, fleet "shop" has no listener "ehco"' }).waitFor()
    t.same(await findBarriers(page), [])
    await show('fleet?fleet=fleet&node=edge-1')
  })

  await t.test(
    "X9: a NACK shows in the node's row, with Envoy's text and the place in the document",
    async (t) => {
      await t.rejects(rest.patchConfig(NO_PRIME), { code: 'nacked' })
      await rowOf('edge-1').and(page.locator('.state-nacked')).waitFor()
      await page.getByRole('button', { name: 'NACKED 1' }).waitFor()
      const nack = detail.locator('.nack')
      t.match(
        await nack.textContent(),
        /NACK of version \S+ with echo.*table size of maglev must be prime number/s,
      )
      t.match(await detail.locator('.places').textContent(), /upstreams\.echo/)
      t.same(await findBarriers(page), [])
    },
  )

  await t.test(
    'the history says who wrote each revision, what it changed, and why it was rejected',
    async (t) => {
      await show('history')
      const revision = page.getByRole('region', { name: 'Revision 2' })
      await revision.getByText('rejected').first().waitFor()
      t.match(await page.locator('.revisions').textContent(), /2rest.*in forcerejected1file/)
      t.match(
        await revision.locator('.changes').textContent(),
        /fleets\.fleet\.lb\.policyround_robinbecomesmaglev/,
      )
      t.match(await revision.locator('.verdict').textContent(), /prime number.*upstreams\.echo/s)
      t.same(await findBarriers(page), [])
    },
  )

  await t.test('rolling back shows what it changes, and puts the earlier document in force', async (t) => {
    await page.locator('.revisions a', { hasText: 'file' }).click()
    await page.getByRole('button', { name: 'Roll back to revision 1' }).click()
    const asked = page.getByRole('group', { name: 'Roll back to revision 1' })
    t.match(await asked.locator('.changes').textContent(), /fleets\.fleet\.lb\.tableSize65536becomesnot set/)
    await asked.getByRole('button', { name: 'Roll back now' }).click()
    await page.getByRole('region', { name: 'Revision 3' }).getByText('accepted').waitFor()
    const [before, after] = await Promise.all([rest.getRevision(1), rest.getConfig()])
    t.same(after.config, before.document)
    t.match(page.url(), /#\/history\?revision=3$/)
    await show('fleet?fleet=fleet')
    await rowOf('edge-1').and(page.locator('.state-synced')).waitFor()
  })

  await t.test('a revision links to the time in which it was in force, and to its flip', async (t) => {
    await show('history?revision=2')
    const href = await page.getByRole('link', { name: 'Traffic while it was in force' }).getAttribute('href')
    const query = new URLSearchParams(href?.split('?')[1])
    const [{ createdAt }, next] = await Promise.all([rest.getRevision(2), rest.getRevision(3)])
    t.ok(Date.parse(query.get('from') ?? '') < Date.parse(createdAt))
    t.ok(Date.parse(query.get('to') ?? '') >= Date.parse(next.createdAt))
    t.ok(await page.locator('a[href="#/flip?revision=2"]').isVisible())
  })

  await t.test('the metrics of the control plane are charted, with their last values', async (t) => {
    await show('metrics?fleet=fleet')
    await page.getByRole('region', { name: 'Nodes' }).getByText('SYNCED 1').waitFor()
    await page.getByRole('region', { name: 'Streams' }).getByText('open 2').waitFor()
    const panels = await page.locator('.panels > section').all()
    t.ok(panels.length > 0)
    for (const panel of panels) await panel.locator('canvas').waitFor()
  })

  await t.test(
    'a dashboard is charted from Prometheus, which is asked for the panels in sight',
    async (t) => {
      await page.getByLabel('Dashboard').selectOption('Switchyard: control plane')
      const nodes = page.getByRole('region', { name: 'Nodes by state' })
      await nodes.getByText('shop, SYNCED 7').waitFor()
      await nodes.locator('canvas').waitFor()
      const isAsked = () => prometheus.requests.some((one) => one.includes('method=~"PUT|PATCH|POST"'))
      t.notOk(isAsked(), 'the last panel is out of sight')
      const last = page.getByRole('region', { name: 'Time of writes' })
      await last.scrollIntoViewIfNeeded()
      await last.locator('canvas').waitFor()
      t.ok(isAsked())
      await show('metrics?dashboard=switchyard-red')
      const share = page.getByRole('region', { name: 'Successful calls of clients' })
      await share.scrollIntoViewIfNeeded()
      await share.getByText('700 %').waitFor()
    },
  )

  await t.test('the keyboard walks the matrix, opens a node and comes back', async () => {
    await show('fleet?fleet=fleet')
    await page.getByRole('button', { name: 'edge-1' }).press('Enter')
    await detail.waitFor()
    await page.getByRole('heading', { name: 'edge-1' }).and(page.locator(':focus')).waitFor()
    await page.keyboard.press('Escape')
    await detail.waitFor({ state: 'detached' })
    await page.locator('.node-button:focus').waitFor()
  })
  t.same(complaints, [])

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const viewport of [undefined, PHONE]) {
      const size = viewport === undefined ? 'a laptop' : 'a phone'
      // Each theme and each size once: axe takes a second for each view.
      const isWhole = (viewport === undefined) === (colorScheme === 'light')
      await t.test(`the views are accessible and fit ${size}, ${colorScheme}`, async (t) => {
        const own = await openLivePage(browser, adminUrl, 'fleet?fleet=fleet&tab=topology', {
          colorScheme,
          ...(viewport && { viewport }),
        })
        for (const [view, shown] of [
          ['fleet?fleet=fleet&tab=topology', viewport === undefined ? '.topology-box' : '.outline-row'],
          ['fleet?fleet=fleet&node=edge-1', '.node-detail'],
          ['fleet?fleet=shop', '.matrix-row'],
          ['history?revision=2', '.revision-detail .changes'],
          ['metrics?fleet=fleet', '.panels canvas'],
          ['metrics?fleet=fleet&dashboard=switchyard-control-plane', '.board-panel canvas'],
        ] as const) {
          await own.show(view)
          await own.page.locator(shown).first().waitFor()
          if (isWhole) t.same(await findBarriers(own.page), [], view)
          t.equal(await overhangOf(own.page), 0, `${view} fits`)
        }
        t.same(own.complaints, [])
        await own.page.context().close()
      })
    }
  }
})
