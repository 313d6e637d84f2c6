// The values of panels: from a Prometheus with fixed answers, and from a real one that scrapes a control plane.

import t from 'tap'
import { RestClient } from '../../api/client.ts'
import { BOARDS } from '../../dashboards/boards/all.ts'
import { freePort } from '../../processes/free-port.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import { matrix, serveFixedPrometheus } from '../../test/support/fixed-prometheus.ts'
import { requireTool } from '../../test/support/requirements.ts'
import { sampleWith } from '../../test/support/sample-config.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { startPrometheus } from '../../testbed/prometheus/prometheus.ts'
import { startControlPlane } from '../control-plane.ts'
import { MAX_SERIES, PanelReader } from './panel-reader.ts'
import { PrometheusLink } from './prometheus-link.ts'

const RED = 'switchyard-red'

/** On a connection of its own: a kept one may belong to a server that was closed on the same port. */
const fetchAlone: typeof fetch = (url, init = {}) =>
  fetch(url, { ...init, headers: { ...init.headers, connection: 'close' } })

t.test('each panel has an id that its dashboard has once, and a row', async (t) => {
  const { dashboards } = new PanelReader({ queryRange: async () => [] }).list()
  t.same(
    dashboards.map(({ id }) => id),
    BOARDS.map(({ id }) => id),
  )
  for (const { id, panels } of dashboards) {
    t.equal(new Set(panels.map((panel) => panel.id)).size, panels.length, id)
    for (const panel of panels) t.match(panel, { id: /^[a-z0-9]+(-[a-z0-9]+)*$/, row: /./, description: /./ })
  }
})

t.test('each panel sends range queries only, without a variable of Grafana', async (t) => {
  const { url, requests } = await serveFixedPrometheus(t)
  const reader = new PanelReader(new PrometheusLink(`${url}/`))
  for (const { id, panels } of reader.list().dashboards) {
    for (const panel of panels) {
      const { series, from, to } = await reader.read(id, panel.id, 60)
      const [one] = series
      t.equal(one?.points.length, panel.kind === 'value' ? 1 : 181, `${id} ${panel.id}`)
      t.equal(one?.points.at(-1), 7)
      t.equal(Date.parse(to) - Date.parse(from), panel.kind === 'value' ? 0 : 3_600_000)
    }
  }
  const count = BOARDS.flatMap(({ rows }) =>
    rows.flatMap(({ panels }) => panels.flatMap((one) => one.queries)),
  )
  t.equal(requests.length, count.length)
  t.same(
    requests.filter((one) => !/^GET \/api\/v1\/query_range [^$]+$/.test(one)),
    [],
  )
})

t.test(
  'labels are in legends, values that are no numbers are gaps, the largest series are kept',
  async (t) => {
    const { url } = await serveFixedPrometheus(t, (parameters) => {
      const end = Number(parameters.get('end'))
      const series = Array.from({ length: MAX_SERIES + 3 }, (_, index) => ({
        metric: { grpc_code: `C${index}` },
        values: [
          [end - 5, 'NaN'],
          [end, String(index)],
        ],
      }))
      return { status: 200, body: matrix(series) }
    })
    const reader = new PanelReader(new PrometheusLink(url))
    const { series, leftOut, stepSeconds } = await reader.read(RED, 'errors-of-clients-by-status', 15)
    t.equal(stepSeconds, 5)
    t.equal(leftOut, 3)
    t.equal(series.length, MAX_SERIES)
    t.match(series[0], { legend: 'C3', labels: { grpc_code: 'C3' } })
    t.same(series[0]?.points.slice(-2), [null, 3])
  },
)

t.test('panels of the control plane have the values that a real Prometheus scraped', async (t) => {
  if (!requireTool(t, 'prometheus')) return
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const admin = `127.0.0.1:${await freePort()}`
  // Each needs the other's address. Who scrapes begins when the control plane answers.
  const serve = async (prometheus?: string) => {
    const control = await startControlPlane({
      ...{ config: sampleWith({}), admin, xds: '127.0.0.1:0' },
      ...(prometheus !== undefined && { prometheus }),
    })
    return { close: control.close, rest: new RestClient({ url: control.adminUrl, fetch: fetchAlone }) }
  }
  const without = await serve()
  const targets = [{ job: 'control-plane', instance: 'control-plane', address: admin }]
  const { client } = await startPrometheus(group, testFolder(t), { targets, intervalMs: 100 })
  const hint = { code: 'not-found', message: /knows no Prometheus.*yard serve --prometheus URL/ }
  await t.rejects(without.rest.listDashboards(), hint)
  await t.rejects(without.rest.getPanel('switchyard-control-plane', 'revisions'), hint)
  await without.close()

  const { rest, close } = await serve(client.url)
  t.teardown(close)
  const { dashboards } = await rest.listDashboards()
  t.match(dashboards.at(-1), { id: 'switchyard-control-plane', title: 'Switchyard: control plane' })
  // Points are at whole seconds: the next one comes with a later scrape.
  for (;;) {
    await client.untilScraped()
    const { series, stepSeconds } = await rest.getPanel('switchyard-control-plane', 'revisions', {
      minutes: 1,
    })
    t.equal(stepSeconds, 1)
    const [inForce] = series
    if (inForce?.points.at(-1) !== 1) continue
    t.match(inForce, { legend: 'in force', labels: {} })
    t.same(
      series.map(({ legend }) => legend),
      ['in force', 'accepted'],
    )
    break
  }
  await t.rejects(rest.getPanel('switchyard-control-plane', 'up'), {
    code: 'not-found',
    message: /unknown panel "up"\. Use one of: nodes-by-state, /,
  })
  await t.rejects(rest.getPanel('up', 'up'), {
    code: 'not-found',
    message: /unknown dashboard "up"\. Use one of: switchyard-red, /,
  })
})
