// Metrics in Prometheus' text format: read, added up, and as rates and quantiles.

import t from 'tap'
import { parseMetrics, quantileOf, rateOf, sumOf } from './scrape.ts'

const TEXT = `# HELP pushes_total Responses sent
# TYPE pushes_total counter
pushes_total{fleet="edge",type="Cluster"} 9
pushes_total{fleet="shop",type="a \\"b\\", c"} 4
streams 3

wait_seconds_bucket{le="0.1",fleet="edge"} 10
wait_seconds_bucket{le="1",fleet="edge"} 20
wait_seconds_bucket{le="+Inf",fleet="edge"} 20
`
const scrape = (at: number, text: string) => ({ at, samples: parseMetrics(text) })
const histogram = (at: number, ...counts: readonly number[]) =>
  scrape(
    at,
    ['0.1', '1', '+Inf'].map((le, index) => `wait_seconds_bucket{le="${le}"} ${counts[index]}`).join('\n'),
  )

t.test('samples have names, labels and values', async (t) => {
  const samples = parseMetrics(TEXT)
  t.equal(samples.length, 6)
  t.same(samples[1], { name: 'pushes_total', labels: { fleet: 'shop', type: 'a "b", c' }, value: 4 })
  t.same(samples[2], { name: 'streams', labels: {}, value: 3 })
})

t.test('series are added up, all or those with a label', async (t) => {
  t.equal(sumOf(scrape(1, TEXT), 'pushes_total'), 13)
  t.equal(sumOf(scrape(1, TEXT), 'pushes_total', { fleet: 'edge' }), 9)
  t.equal(sumOf(scrape(1, TEXT), 'nothing'), 0)
})

t.test('a rate is the growth of a second, and none after a restart', async (t) => {
  t.equal(rateOf(scrape(10, 'a 5'), scrape(12, 'a 9'), 'a'), 2)
  t.equal(rateOf(scrape(10, 'a 5'), scrape(12, 'a 1'), 'a'), null)
})

t.test('a quantile is of the observations between two scrapes', async (t) => {
  const before = histogram(1, 10, 10, 10)
  const at = (quantile: number, ...counts: readonly number[]) =>
    quantileOf(before, histogram(2, ...counts), quantile, 'wait_seconds')
  t.equal(at(0.5, 20, 20, 20), 0.05, 'in the middle of the first bucket')
  t.equal(at(0.5, 10, 20, 20), 0.55, 'in the middle of the second')
  t.equal(at(0.99, 10, 10, 20), 1, 'above the last edge')
  t.equal(at(0.5, 10, 10, 10), null, 'nothing was observed')
})
