// Calls a second of each backend, from load reports.

import t from 'tap'
import { backendCalls, backendKey } from './backend-calls.ts'

const row = (address: string | undefined, calls: number, errors = 0) => ({
  upstream: 'echo',
  node: 'edge-1',
  address,
  calls,
  errors,
})
const at = (seconds: number) => new Date(1_000_000 + seconds * 1_000).toISOString()

t.test('reports of the last seconds are added up over nodes, as a rate', async (t) => {
  const calls = backendCalls([
    { at: at(0), seconds: 5, rows: [row('a', 1_000)] },
    { at: at(15), seconds: 5, rows: [row('a', 100), row('a', 50, 10), row('b', 30)] },
    { at: at(20), seconds: 5, rows: [row('a', 150)] },
  ])
  t.same(
    [...calls],
    [
      [backendKey('echo', 'a'), { perSecond: 30, errorsPerSecond: 1 }],
      [backendKey('echo', 'b'), { perSecond: 3, errorsPerSecond: 0 }],
    ],
  )
})

t.test('without reports, or without addresses in them, no backend has calls', async (t) => {
  t.equal(backendCalls([]).size, 0)
  t.equal(
    backendCalls([{ at: at(0), seconds: 5, rows: [row(undefined, 7)] }]).size,
    0,
    'gRPC clients report localities',
  )
  t.equal(backendCalls([{ at: at(0), seconds: 0, rows: [row('a', 7)] }]).size, 0, 'no time has passed')
})
