// A real Prometheus scrapes its targets, and answers queries.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Counter } from 'prom-client'
import t from 'tap'
import { ProcessGroup } from '../../processes/process-group.ts'
import { createRegistry, serveMetrics } from '../../services/metrics/metrics-server.ts'
import { requireTool } from '../../test/support/requirements.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { startPrometheus } from './prometheus.ts'

const LOOPBACK = { host: '127.0.0.1', port: 0 }

/** More than fit into the time for which other failures of scrapes are tolerated. */
const TOO_LATE_SCRAPES = 40

t.test('what is counted before a scrape is in the answers after it; a wrong query is named', async (t) => {
  if (!requireTool(t, 'prometheus')) return
  const registry = createRegistry()
  const calls = new Counter({
    name: 'calls_total',
    help: 'calls',
    labelNames: ['code'],
    registers: [registry],
  })
  const { address, close } = await serveMetrics(registry, LOOPBACK)
  t.teardown(close)
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const targets = [{ job: 'backend', instance: 'b1', address }]
  const { client } = await startPrometheus(group, testFolder(t), { targets, intervalMs: 100 })

  calls.inc({ code: 'OK' }, 7)
  await client.untilScraped()
  const labels = { job: 'backend', instance: 'b1', code: 'OK' }
  t.match(await client.query('calls_total'), [{ value: 7, labels }])
  calls.inc({ code: 'OK' }, 1)
  await client.untilScraped()
  const now = Date.now() / 1_000
  const [series] = await client.queryRange('calls_total', now - 5, now, 0.1)
  t.match(series?.labels, labels)
  t.equal(series?.points.at(-1)?.[1], 8)
  await t.rejects(client.query('rate(calls_total'), {
    code: 'invalid-argument',
    message: /Prometheus rejects rate\(calls_total: .*unclosed/,
  })
})

t.test('a target that cannot be scraped is an error with its name', async (t) => {
  if (!requireTool(t, 'prometheus')) return
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const { address, close } = await serveMetrics(createRegistry(), LOOPBACK)
  close()
  const targets = [{ job: 'backend', instance: 'gone', address }]
  await t.rejects(startPrometheus(group, testFolder(t), { targets, intervalMs: 100 }), {
    code: 'process-failed',
    problems: [{ path: 'backend gone', message: /refused/ }],
  })
})

t.test('a target that answers too late for a while is scraped in the end', async (t) => {
  if (!requireTool(t, 'prometheus')) return
  let asked = 0
  const slow = createServer((_request, response) => {
    asked += 1
    if (asked > TOO_LATE_SCRAPES) response.setHeader('content-type', 'text/plain').end('calls_total 7\n')
  }).listen(0, '127.0.0.1')
  t.teardown(() => {
    slow.close()
    slow.closeAllConnections()
  })
  await once(slow, 'listening')
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const { port } = slow.address() as AddressInfo
  const targets = [{ job: 'backend', instance: 'slow', address: `127.0.0.1:${port}` }]
  const { client } = await startPrometheus(group, testFolder(t), { targets, intervalMs: 100 })
  await client.untilScraped()
  t.match(await client.query('calls_total'), [{ value: 7 }])
})
