// `accessLog.grpc` with an upstream: what a log service writes of real calls and connections, and nothing if the switch is off.

import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { status } from '@grpc/grpc-js'
import t from 'tap'
import type { AccessLogLine } from '../../services/log-service/log-lines.ts'
import { startLogService } from '../../services/log-service/log-server.ts'
import { connectEcho, startEdge, startEndpoints } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

const { OK, NOT_FOUND } = status
const LOOPBACK = { host: '127.0.0.1', port: 0 }
const UNARY = '/switchyard.echo.v1.EchoService/Unary'

t.test('T26: a log service writes a line for each call with its status, and none if it is off', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const out = new PassThrough()
  out.setEncoding('utf8')
  let text = ''
  out.on('data', (chunk: string) => {
    text += chunk
  })
  /** The lines since the last time, once there are that many. */
  const next = async (count: number): Promise<AccessLogLine[]> => {
    while (text.split('\n').length <= count) await once(out, 'data')
    const lines = text.trimEnd().split('\n')
    text = ''
    return lines.map((line) => JSON.parse(line))
  }
  const service = await startLogService({ listen: LOOPBACK, out, metrics: LOOPBACK })
  t.teardown(() => service.close())
  const endpoints = await startEndpoints(t, 'b1')
  const upstreams = {
    echo: { endpoints },
    'log-service': { endpoints: { l1: { address: service.address } } },
  }
  const logged = (enabled: boolean) => ({
    accessLog: { enabled, grpc: { upstream: 'log-service', flushInterval: '50ms' } },
  })
  const edge = await startEdge(t, { upstreams, fleet: logged(false) })
  const callOnce = async (statusCode = OK) => {
    const client = connectEcho(t, edge.address)
    await client.unary({ message: 'a', statusCode }).catch(() => {})
    client.close()
  }
  await callOnce()

  await edge.serve({ upstreams, fleet: logged(true) })
  await callOnce()
  await callOnce(NOT_FOUND)
  const [good, bad, ...others] = await next(2)
  t.same(others, [], 'the call before is not among them')
  t.match(good, {
    event: 'call',
    node: 'edge-1',
    fleet: 'fleet',
    path: UNARY,
    grpcStatus: 'OK',
    httpStatus: 200,
    rule: 'all',
    upstream: 'echo',
    endpoint: endpoints.b1?.address,
    caller: /^127\.0\.0\.1:\d+$/,
    authority: edge.address,
    userAgent: /grpc-node-js/,
    requestId: /^[0-9a-f-]{36}$/,
  })
  t.ok(Math.abs(Date.parse(good?.time ?? '') - Date.now()) < 3_600_000, 'by the clock of this machine')
  t.match(bad, { path: UNARY, grpcStatus: 'NOT_FOUND' })

  await t.test('in mode l4 there is a line for each connection that has ended', async (t) => {
    await edge.serve({ upstreams, fleet: logged(true), lb: { mode: 'l4' } })
    await callOnce()
    const [line, ...more] = await next(1)
    t.same(more, [])
    t.match(line, { event: 'connection', upstream: 'echo', endpoint: endpoints.b1?.address })
    t.ok((line?.bytesIn ?? 0) > 0 && (line?.bytesOut ?? 0) > 0, 'with its bytes')
    t.equal(line?.grpcStatus, undefined, 'no call is seen')
  })

  await t.test('entries are counted by status', async (t) => {
    const shown = await (await fetch(`http://${service.metrics}/metrics`)).text()
    for (const labels of ['event="call",grpc_code="OK"', 'event="call",grpc_code="NOT_FOUND"']) {
      t.match(shown, `switchyard_log_service_entries_total{${labels}} 1`)
    }
  })

  await t.test('calls do not wait for a log service that is gone', async (t) => {
    await edge.serve({ upstreams, fleet: logged(true) })
    await service.close()
    const client = connectEcho(t, edge.address)
    t.equal((await client.unary({ message: 'a' })).backendId, 'b1')
  })
})
