// What the control plane accepts as a Prometheus, and how it reports one that does not answer.

import t from 'tap'
import { matrix, serveFixedPrometheus } from '../../test/support/fixed-prometheus.ts'
import { PrometheusLink } from './prometheus-link.ts'

const RANGE = { from: 10, to: 20, step: 5 }
const read = (url: string) => new PrometheusLink(url).queryRange('up', RANGE)

t.test('a range query is sent, and its series come back', async (t) => {
  const series = { metric: { job: 'envoy' }, values: [[10, '1']] }
  const { url, requests } = await serveFixedPrometheus(t, (parameters) => {
    t.match(Object.fromEntries(parameters), { start: '10', end: '20', step: '5' })
    return { status: 200, body: matrix([series]) }
  })
  t.same(await read(url), [series])
  t.same(requests, ['GET /api/v1/query_range up'])
})

t.test('a Prometheus that is gone, rejects the query or is something else is named', async (t) => {
  await t.rejects(read('http://127.0.0.1:1'), {
    code: 'unreachable',
    message: /no Prometheus answers at http:\/\/127.0.0.1:1: start it/,
  })
  const rejecting = await serveFixedPrometheus(t, () => ({
    status: 422,
    body: { error: 'too many samples' },
  }))
  await t.rejects(read(rejecting.url), { code: 'unreachable', message: /answered 422: too many samples$/ })
  const other = await serveFixedPrometheus(t, () => ({ status: 200, body: 'hello' }))
  await t.rejects(read(other.url), { code: 'unreachable', message: /answered 200, and no series$/ })
})

t.test('only a plain URL is a Prometheus, and a password is in no message', async (t) => {
  for (const url of [
    'prometheus:9090',
    'file:///metrics',
    'http://me:secret@host/',
    'http://host/?query=up',
    'http://host/#up',
    '',
  ])
    t.throws(
      () => new PrometheusLink(url),
      { code: 'invalid-argument', message: /^--prometheus needs the URL(?!.*secret)/ },
      url,
    )
  for (const url of ['http://127.0.0.1:9090', 'https://host/prometheus/']) t.ok(new PrometheusLink(url), url)
})
