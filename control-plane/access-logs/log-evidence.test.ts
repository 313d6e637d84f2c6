// What access logs say of a change: made-up entries of two contents, and connections that keep the old one.

import t from 'tap'
import { sampleConfig } from '../../test/support/sample-config.ts'
import { marksOf } from '../translate/content-marks.ts'
import { translate } from '../translate/translate.ts'
import type { LogEntry } from './log-entry.ts'
import { type FoundEvidence, LogEvidence } from './log-evidence.ts'

const [FLEET, NODE] = ['edge', 'edge-1']

/** A fleet that logs its calls to the control plane. */
function contentOf(policy: string, more: object = {}) {
  const config = sampleConfig()
  const fleet = {
    ...config.fleets.edge,
    lb: { mode: 'l7', policy },
    accessLog: { enabled: true, grpc: {} },
    ...more,
  }
  return translate({ ...config, fleets: { edge: fleet } } as never, FLEET)
}

function start() {
  let now = 1_000
  const found: FoundEvidence[] = []
  const evidence = new LogEvidence(
    (fleet, node, one) => {
      found.push(one)
      t.same([fleet, node], [FLEET, NODE])
    },
    () => now,
  )
  let revision = 0
  return {
    serve: (translation: ReturnType<typeof contentOf>) => {
      revision += 1
      now += 1_000
      evidence.serving(revision, new Map([[FLEET, translation]]))
      evidence.served([FLEET])
      found.length = 0
      return now
    },
    log: (...entries: LogEntry[]) => evidence.logged({ node: NODE, fleet: FLEET, entries }),
    left: () => evidence.left(FLEET, NODE),
    found: () => found.splice(0),
  }
}

/** An entry of a call or a connection that met a content. */
function entry(
  kind: LogEntry['kind'],
  connection: string,
  at: number,
  content?: ReturnType<typeof contentOf>,
) {
  const { clusters, rules, listeners } = marksOf(content?.resources ?? [])
  const [cluster = '', rule = '', listener = ''] = [...clusters]
    .slice(0, 1)
    .concat([...rules][0] ?? '', [...listeners][0] ?? '')
  const tags = new Map([
    ['cluster', cluster],
    ['rule', rule],
    ['listener', listener],
  ])
  return { kind, connection, upstream: 'echo', address: '', isFailed: false, at, tags }
}

const roundRobin = contentOf('round_robin')
const random = contentOf('random')
const limited = contentOf('round_robin', { headerLimits: { maxCount: 50 } })

t.test('the first call by a new policy is found, once, and not a call by the old one', async (t) => {
  const { serve, log, found } = start()
  serve(roundRobin)
  log(entry('call', 'c1', 2_100, roundRobin))
  t.same(found(), [], 'there was no content before')
  const at = serve(random)
  log(entry('call', 'c1', at + 1, roundRobin))
  t.same(found(), [], 'a call by the old policy')
  log(entry('call', 'c1', at + 2, random), entry('call', 'c1', at + 3, random))
  t.same(found(), [{ firstCall: { at: at + 2, from: 'accessLog' }, oldConnections: 0 }])
  log(entry('call', 'c2', at + 4, random))
  t.same(found(), [])
})

t.test('a late entry of earlier content is no first call after a change back', async (t) => {
  const { serve, log, found } = start()
  serve(roundRobin)
  serve(random)
  const at = serve(roundRobin)
  log(entry('call', 'c1', at - 1, roundRobin))
  t.same(found(), [])
  log(entry('call', 'c1', at, roundRobin))
  t.match(found(), [{ firstCall: { at } }])
})

t.test('connections that keep a replaced listener are counted until the last one ends', async (t) => {
  const { serve, log, found } = start()
  serve(roundRobin)
  log(entry('call', 'c1', 2_100, roundRobin), entry('call', 'c2', 2_100, roundRobin))
  const at = serve(limited)
  log(entry('call', 'c3', at + 1, limited))
  t.same(found(), [{ firstCall: { at: at + 1, from: 'accessLog' }, oldConnections: 2 }])
  log(entry('closed', 'c1', at + 2))
  t.same(found(), [{ oldConnections: 1 }])
  log(entry('closed', 'c3', at + 3))
  t.same(found(), [], 'a new one')
  log(entry('closed', 'c2', at + 4))
  t.same(found(), [{ oldConnections: 0, lastGoneAt: at + 4 }])
  log(entry('call', 'c2', at + 3, roundRobin))
  t.same(found(), [], 'a call that comes after the end of its connection opens none')
})

t.test('in mode l4 a connection keeps its cluster too', async (t) => {
  const { serve, log, found } = start()
  serve(roundRobin)
  log(entry('connected', 'c1', 2_100, roundRobin))
  const at = serve(random)
  log(entry('connected', 'c2', at + 1, random))
  t.match(found(), [{ firstCall: { at: at + 1 }, oldConnections: 1 }])
  log(entry('closed', 'c1', at + 2))
  t.same(found(), [{ oldConnections: 0, lastGoneAt: at + 2 }])
})

t.test('connections of a node that streams no log any more are forgotten', async (t) => {
  const { serve, log, found, left } = start()
  serve(roundRobin)
  log(entry('call', 'c1', 2_100, roundRobin))
  left()
  const at = serve(limited)
  log(entry('call', 'c2', at + 1, limited))
  t.match(found(), [{ oldConnections: 0 }])
})

t.test('a fleet without logs to the control plane has no marks', async (t) => {
  const { clusters, rules, listeners } = marksOf(contentOf('random', { accessLog: undefined }).resources)
  t.same([clusters.size, rules.size, listeners.size], [0, 0, 0])
  const marked = marksOf(random.resources)
  t.ok(marked.clusters.size > 0 && marked.rules.size > 0 && marked.listeners.size === 1, 'the accepted twin')
  t.same(marksOf(contentOf('random').resources), marked, 'equal content has equal marks')
})
