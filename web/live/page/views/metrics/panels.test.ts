// The panels, on metrics of a real control plane.

import t from 'tap'
import { serveFleet } from '../../../../../test/support/served-fleet.ts'
import { columnsOfPanel, PANELS } from './panels.ts'
import { parseMetrics, type Scrape } from './scrape.ts'

t.test('every panel reads metrics that the control plane has, of one fleet', async (t) => {
  const { admin, connectNode, putLb } = await serveFleet(t)
  const scrape = async (at: number): Promise<Scrape> => ({
    at,
    samples: parseMetrics((await admin.inject('/metrics')).body),
  })
  const first = await scrape(10)
  await connectNode('edge-1')
  await putLb({ mode: 'l7', policy: 'random' }, '?wait=30s')
  const scrapes = [first, await scrape(12)]
  const last = (id: string, fleet: string) => {
    const panel = PANELS.find((one) => one.id === id)
    const columns = panel && columnsOfPanel(panel, scrapes, fleet)
    t.equal(columns?.length, (panel?.series.length ?? 0) + 1, id)
    t.same(columns?.[0], [12])
    return (columns?.slice(1) ?? []).map((column) => column[0])
  }

  const [sent, acked, nacked] = last('pushes', 'edge')
  t.ok(Number(sent) > 0 && Number(acked) > 0)
  t.equal(nacked, 0)
  t.same(last('pushes', 'other'), [0, 0, 0], 'of another fleet')
  t.ok(last('ack-time', 'edge').every((ms) => Number(ms) > 0))
  t.same(last('ack-time', 'other'), [null, null])
  t.same(last('nodes', 'edge'), [1, 0, 0])
  t.same(last('streams', 'edge'), [1])
  t.ok(Number(last('rest', 'edge')[0]) > 0)
  t.same(last('calls', 'edge'), [0, 0])

  const names = new Set(scrapes[1]?.samples.map(({ name }) => name))
  for (const name of ['switchyard_xds_streams', 'switchyard_nodes', 'switchyard_xds_pushes_total'])
    t.ok(names.has(name))
})

t.test('one scrape alone has no rates', async (t) => {
  for (const panel of PANELS) t.same(columnsOfPanel(panel, [{ at: 1, samples: [] }], 'edge')[0], [])
})
