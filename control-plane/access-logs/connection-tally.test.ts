// Calls by connection and backend: what is counted, and what bounds the rows.

import t from 'tap'
import { ConnectionTally } from './connection-tally.ts'
import type { LogEntry } from './log-entry.ts'

const entry = (connection: string, more: Partial<LogEntry> = {}): LogEntry => ({
  kind: 'call',
  connection,
  upstream: 'echo',
  address: 'b1',
  isFailed: false,
  at: 0,
  tags: new Map(),
  ...more,
})
const [node, fleet] = ['edge-1', 'edge']

t.test('calls are counted by connection and backend, connections of mode l4 once', async (t) => {
  const tally = new ConnectionTally()
  const entries = [
    entry('c1'),
    entry('c1', { isFailed: true }),
    entry('c1', { address: 'b2' }),
    entry('c2', { kind: 'connected' }),
    entry('c2', { kind: 'ended' }),
    entry('c3', { kind: 'ended', isFailed: true, address: '' }),
    entry('c1', { kind: 'closed' }),
  ]
  tally.add({ node, fleet, entries })
  const row = (connection: string, address: string, calls: number, errors: number) => ({
    node,
    connection,
    upstream: 'echo',
    address,
    calls,
    errors,
  })
  t.same(tally.take().get(fleet), {
    rows: [row('c1', 'b1', 2, 1), row('c1', 'b2', 1, 0), row('c2', 'b1', 1, 0), row('c3', '', 1, 1)],
    isTruncated: false,
  })
  t.equal(tally.take().size, 0, 'taken')
})

t.test('a fleet has a hundred connections, and says that there were more', async (t) => {
  const tally = new ConnectionTally()
  const named = (count: number) => Array.from({ length: count }, (_, index) => entry(`c${index}`))
  tally.add({ node, fleet, entries: named(100) })
  t.match(tally.take().get(fleet), { isTruncated: false })
  tally.add({ node, fleet, entries: [...named(101), ...named(1)] })
  const { rows = [], isTruncated } = tally.take().get(fleet) ?? {}
  t.same([rows.length, isTruncated, rows[0]?.calls], [100, true, 2])
})
