// `accessLog.grpc` with real calls: what the control plane learns of calls and connections, and of the content that each call met.

import { status } from '@grpc/grpc-js'
import t from 'tap'
import { AccessLogs } from '../../control-plane/access-logs/access-logs.ts'
import type { LogEntry } from '../../control-plane/access-logs/log-entry.ts'
import { connectEcho, startEdge, startEndpoints } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

const { OK, NOT_FOUND } = status
const LOGGED = { accessLog: { enabled: true, grpc: { flushInterval: '50ms' } } }

t.test('T26: the control plane gets each call with its status, and none if it is off', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const endpoints = await startEndpoints(t, 'b1')
  const upstreams = { echo: { endpoints } }
  const logs = new AccessLogs()
  const entries: LogEntry[] = []
  const senders = new Set<string>()
  let arrived = Promise.withResolvers<void>()
  logs.listen({
    logged: ({ node, fleet, entries: more }) => {
      // Entries may still come after the test.
      senders.add(`${node} of ${fleet}`)
      entries.push(...more)
      arrived.resolve()
    },
  })
  /** The entries of a kind since the last time, once there are that many. */
  const next = async (kind: LogEntry['kind'], count: number) => {
    for (;;) {
      arrived = Promise.withResolvers()
      const found = entries.filter((entry) => entry.kind === kind)
      if (found.length >= count) {
        for (const entry of found) entries.splice(entries.indexOf(entry), 1)
        return found
      }
      await arrived.promise
    }
  }
  const edge = await startEdge(t, { upstreams }, undefined, undefined, [logs.service])
  const call = async (statusCode = OK) => {
    await client.unary({ message: '', statusCode }).catch(() => {})
  }
  let client = connectEcho(t, edge.address)
  await call()
  client.close()

  await edge.serve({ upstreams, fleet: LOGGED })
  client = connectEcho(t, edge.address)
  for (const statusCode of [OK, NOT_FOUND]) await call(statusCode)
  const [good, bad] = await next('call', 2)
  t.match(good, { upstream: 'echo', address: endpoints.b1?.address, isFailed: false })
  t.match(bad, { isFailed: true, connection: good?.connection })
  t.match(good?.connection, /^127\.0\.0\.1:\d+$/)
  t.ok(Math.abs((good?.at ?? 0) - Date.now()) < 3_600_000, 'by the clock of this machine')
  t.same([...(good?.tags.keys() ?? [])].sort(), ['cluster', 'listener', 'rule'])
  t.same([...senders], ['edge-1 of fleet'])

  await t.test('a change of the policy is seen in the next call, which has only that new', async (t) => {
    await edge.serve({ upstreams, fleet: LOGGED, lb: { policy: 'random' } })
    await call()
    const [after] = await next('call', 1)
    t.equal(after?.connection, good?.connection, 'by the same connection')
    t.not(after?.tags.get('cluster'), good?.tags.get('cluster'))
    t.equal(after?.tags.get('listener'), good?.tags.get('listener'))
    t.equal(after?.tags.get('rule'), good?.tags.get('rule'))
    await edge.serve({ upstreams, fleet: LOGGED })
    await call()
    const [back] = await next('call', 1)
    t.same(back?.tags, good?.tags, 'the old content has its old mark')
  })

  await t.test('the end of a connection is seen', async (t) => {
    client.close()
    const closed = await next('closed', 1)
    t.match(closed.at(-1), { connection: good?.connection })
  })

  await t.test('in mode l4 a connection is seen when it has a backend, and when it ends', async (t) => {
    await edge.serve({ upstreams, fleet: LOGGED, lb: { mode: 'l4' } })
    client = connectEcho(t, edge.address)
    await call()
    await call()
    const [connected, ...others] = await next('connected', 1)
    t.same(others, [])
    t.match(connected, { upstream: 'echo', address: endpoints.b1?.address, isFailed: false })
    t.same([...(connected?.tags.keys() ?? [])].sort(), ['cluster', 'listener'])
    client.close()
    t.match(await next('ended', 1), [{ connection: connected?.connection, isFailed: false }])
    t.same(
      entries.filter(({ kind }) => kind === 'call'),
      [],
      'no call is seen',
    )
  })
})
