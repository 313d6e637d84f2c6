// Access logs as events: by connection and backend, since the event before.

import t from 'tap'
import type { AccessLogs, LogListener } from '../access-logs/access-logs.ts'
import { connectionEvents } from './connection-events.ts'

t.test('calls since the last event are published by fleet, while somebody reads', async (t) => {
  let listener: LogListener | undefined
  const logs = {
    listen: (one: LogListener) => {
      listener = one
      return () => {
        listener = undefined
        return true
      }
    },
  } satisfies Pick<AccessLogs, 'listen'>
  const published = Promise.withResolvers<unknown>()
  let now = Date.UTC(2026, 0)
  const publish = (name: string, data: unknown) => published.resolve({ name, data })
  const stop = connectionEvents({ publish }, { logs, now: () => now })()
  const alive = setInterval(() => {}, 1_000)
  t.teardown(() => clearInterval(alive))
  const call = {
    kind: 'call',
    connection: 'c1',
    upstream: 'echo',
    address: 'b1',
    at: 0,
    tags: new Map(),
  } as const
  listener?.logged({ node: 'edge-1', fleet: 'edge', entries: [{ ...call, isFailed: false }] })
  listener?.logged({ node: 'edge-1', fleet: 'edge', entries: [{ ...call, isFailed: true }] })
  now += 2_000
  t.same(await published.promise, {
    name: 'connections',
    data: {
      at: '2026-01-01T00:00:02.000Z',
      seconds: 2,
      fleet: 'edge',
      rows: [{ node: 'edge-1', connection: 'c1', upstream: 'echo', address: 'b1', calls: 2, errors: 1 }],
    },
  })
  stop()
  t.equal(listener, undefined, 'nothing is counted without a reader')
})
