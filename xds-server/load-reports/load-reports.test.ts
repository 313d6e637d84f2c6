// Load reports as a program follows them: the events of each stream, and settings that change.

import t from 'tap'
import { type LoadEvent, LoadReports, openLoadWatch } from './load-reports.ts'

const STREAM = {
  node: 'n1',
  group: 'edge',
  stream: { id: 7, peer: '10.0.0.1:7', openedAt: '2026-01-01T00:00:00.000Z' },
}

function open(loads: LoadReports, onSettings = () => {}) {
  return openLoadWatch(loads, { ...STREAM, userAgentName: 'envoy', onSettings })
}

const CLUSTER = {
  ...{ cluster: 'echo', serviceName: '', intervalMs: 1_000, localities: [], dropped: 0 },
  droppedBy: new Map<string, number>(),
}

t.test('X39: a stream opens, reports and closes once, and each listener hears of it', async (t) => {
  const loads = new LoadReports()
  const heard: LoadEvent[] = []
  const closed = Promise.withResolvers<void>()
  const stop = loads.onEvent((event) => {
    heard.push(event)
    if (event.kind === 'closed') closed.resolve()
  })
  const iterator = loads.events()
  const first = iterator.next()
  const watch = open(loads)
  watch.report([CLUSTER])
  watch.close()
  watch.close()
  await closed.promise
  t.same(heard, [
    { kind: 'opened', ...STREAM },
    { kind: 'reported', ...STREAM, clusters: [CLUSTER] },
    { kind: 'closed', ...STREAM },
  ])
  t.same((await first).value, { kind: 'opened', ...STREAM })
  stop()
  open(loads)
  for await (const { kind } of iterator) if (kind === 'opened') break
  t.equal(heard.length, 3, 'it has stopped')
})

t.test('X39: an iteration ends with its signal', async (t) => {
  const loads = new LoadReports()
  const patience = new AbortController()
  const next = loads.events({ signal: patience.signal }).next()
  patience.abort()
  t.equal((await next).done, true)
})

t.test('X39: open streams are sent new settings, and those that have closed are not', async (t) => {
  const loads = new LoadReports({ intervalMs: 100 })
  let sent = 0
  const watch = open(loads, () => {
    sent += 1
  })
  t.equal(watch.intervalMs(), 100)
  loads.configure({ intervalMs: 200, clusters: ['echo'] })
  t.equal(sent, 1)
  t.equal(watch.intervalMs(), 200)
  t.match(watch.response(), { clusters: ['echo'], loadReportingInterval: { nanos: 200_000_000 } })
  watch.close()
  loads.configure({ intervalMs: 300 })
  t.equal(sent, 1)
})
