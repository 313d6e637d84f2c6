// Why names are missing, in the status: made only when it is read.

import t from 'tap'
import { HandStream, view } from '../../test/support/hand-stream.ts'
import { MachineStream } from '../../test/support/machine-stream.ts'
import { routes } from '../../test/support/resources.ts'
import { SnapshotCache, type SnapshotCacheOptions } from '../cache/snapshot-cache.ts'
import { CLUSTER, ROUTE } from '../snapshot/resource-type.ts'
import type { XdsEvent } from './events.ts'
import { describeMissing } from './missing-status.ts'

const NAMES = Array.from({ length: 150 }, (_, index) => `${index}`)

t.test(
  'X75: the first 20 of many missing names have an error each, and the first 100 are listed',
  async (t) => {
    const explain = (typeUrl: string, name: string) => ({ code: 5, message: `${typeUrl} ${name}` })
    const { count, names, errors = [] } = describeMissing(CLUSTER, NAMES, undefined, explain)
    t.same([count, names.length, errors.length], [150, 100, 20])
    t.same(errors[19], { name: '19', code: 5, message: `${CLUSTER} 19` })
    const long = 'x'.repeat(300)
    t.match(describeMissing('', [long], undefined, explain).errors, [
      { name: `${'x'.repeat(256)}…`, message: long },
    ])
  },
)

function statusOf(names: readonly string[], options: SnapshotCacheOptions = {}) {
  const cache = new SnapshotCache(options)
  cache.setSnapshot('fleet', [], { errors: [{ typeUrl: ROUTE, name: 'a', code: 7, message: 'not yours' }] })
  const stream = new HandStream(cache)
  stream.become({ [ROUTE]: view('MISSING', names, { missing: names }) })
  return { cache, stream, missing: () => cache.nodeStatus('fleet', 'n1').types[ROUTE]?.missing }
}

t.test('X75: the error is that of the snapshot, else of explainMissing, else NOT_FOUND', async (t) => {
  const explainMissing = ({ group, name }: { readonly group: string; readonly name: string }) =>
    name === 'b' ? { code: 14, message: `${group} waits for b` } : undefined
  t.same(statusOf(['a', 'b', 'c'], { explainMissing }).missing(), {
    count: 3,
    names: ['a', 'b', 'c'],
    errors: [
      { name: 'a', code: 7, message: 'not yours' },
      { name: 'b', code: 14, message: 'fleet waits for b' },
      { name: 'c', code: 5, message: 'group "fleet" has no RouteConfiguration "c"' },
    ],
  })
})

t.test('X75: without a snapshot, names that wait have that as reason, until there is one', async (t) => {
  const cache = new SnapshotCache({ explainMissing: () => ({ code: 5, message: 'does not count' }) })
  const stream = new MachineStream(cache)
  stream.ask(ROUTE, ['a'])
  stream.ask(CLUSTER)
  const status = () => cache.nodeStatus('fleet', 'n1')
  const message =
    'group "fleet" has no snapshot, so nothing is answered: set one, or fix the group of the client'
  t.match(status(), { state: 'NOT_SENT' }, 'nothing is known to be missing')
  t.same(status().types[ROUTE]?.missing, {
    count: 1,
    names: ['a'],
    errors: [{ name: 'a', code: 14, message }],
  })
  t.notOk('missing' in (status().types[CLUSTER] ?? {}), 'it names no cluster')
  cache.setSnapshot('fleet', [])
  t.match(status(), { state: 'MISSING' })
  t.match(status().types[ROUTE]?.missing?.errors, [{ code: 5, message: 'does not count' }])
  cache.setSnapshot('fleet', [routes('a', 'b')])
  stream.answerAll()
  cache.clearSnapshot('fleet')
  t.notOk('missing' in (status().types[ROUTE] ?? {}), 'it has the route')
})

t.test('X75: errors are made when they are read, once, and a disconnected node has none', async (t) => {
  let calls = 0
  const explainMissing = () => {
    calls += 1
    return undefined
  }
  const { stream, cache, missing } = statusOf(['b'], { explainMissing })
  const events: XdsEvent[] = []
  cache.onEvent((event) => events.push(event))
  stream.report({ kind: 'missing', typeUrl: ROUTE, names: ['b'] })
  const read = missing()
  t.equal(read?.count, 1)
  t.match(await cache.synced('fleet', { signal: AbortSignal.abort() }), { outcome: 'pending' })
  t.equal(calls, 0, 'neither the status nor an event calls explainMissing')
  t.equal(read?.errors, read?.errors)
  t.equal(calls, 1)
  stream.close()
  t.same(missing(), { count: 1, names: ['b'] })
  t.notOk('errors' in (missing() ?? {}))
})

t.test('X75: the status says so if explainMissing throws, and can be read', async (t) => {
  const explainMissing = () => {
    throw new TypeError('no such table')
  }
  t.same(statusOf(['b'], { explainMissing }).missing()?.errors, [
    { name: 'b', code: 2, message: 'explainMissing threw: no such table' },
  ])
})
