// `filters.extProc` with the example processor and real calls: what it adds, what it refuses, and what it cannot change.

import { HeaderValueOption_HeaderAppendAction } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { ExternalProcessor } from '@envoy/xds-protos/envoy/service/ext_proc/v3/external_processor_pb.js'
import { Server, status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { DrainingListener } from '../../services/draining-listener.ts'
import { startProcessor } from '../../services/processor/processor-server.ts'
import { addService } from '../../services/rpc/index.ts'
import { startEdge, startEndpoints } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'
import { startSecuredEdge, UNARY } from '../support/secured-edge.ts'
import { callWhole } from '../support/witness.ts'

const ANY_PORT = { host: '127.0.0.1', port: 0 }
const RULES = { headers: { 'x-processed-by': 'example' }, refuse: 'x-refuse', status: status.UNAVAILABLE }
/** Longer than any pause of a busy machine: only the test of a service that is gone wants to wait less. */
const TIMEOUT = '10s'

const upstreamAt = (address: string) => ({ endpoints: { p1: { address } } })

/** A call of gRPC: its status, and the header of its answer that the processor sets. */
async function callAt(address: string, headers: Readonly<Record<string, string>> = {}) {
  const { headers: answer } = await callWhole(address, UNARY, headers)
  return {
    status: Number(answer['grpc-status']),
    details: decodeURIComponent(String(answer['grpc-message'] ?? '')),
    processedBy: answer['x-processed-by'] ?? '',
  }
}

t.test('T29: the processor adds a header and refuses calls, and off it does neither', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const processor = await startProcessor(ANY_PORT, RULES)
  t.teardown(() => processor.close())
  const served = (extProc: object) => ({
    upstreams: { processor: upstreamAt(processor.address) },
    filters: { extProc: { enabled: true, upstream: 'processor', timeout: TIMEOUT, ...extProc } },
  })
  const edge = await startSecuredEdge(t, served({}))
  t.match(await callAt(edge.address), { status: status.OK, processedBy: 'example' })
  t.equal(edge.seen.at(-1)?.metadata.get('x-processed-by').join(), 'example', 'the service sees it')
  t.match(await callAt(edge.address, { 'x-refuse': '1' }), {
    status: status.UNAVAILABLE,
    details: 'denied because of the header x-refuse',
  })
  t.equal(edge.seen.length, 1, 'a refused call does not reach the service')

  await edge.serve(served({ processingMode: { responseHeaders: 'skip' } }))
  t.match(await callAt(edge.address), { status: status.OK, processedBy: '' })
  t.equal(edge.seen.at(-1)?.metadata.get('x-processed-by').join(), 'example')

  await edge.serve(served({ disableImmediateResponse: true }))
  t.notMatch(await callAt(edge.address, { 'x-refuse': '1' }), { status: status.UNAVAILABLE })

  await edge.serve(served({ enabled: false }))
  t.match(await callAt(edge.address, { 'x-refuse': '1' }), { status: status.OK, processedBy: '' })
  t.equal(edge.seen.at(-1)?.metadata.get('x-processed-by').join(), '', 'off')
})

t.test('T29: without the processor calls fail, or go on without it', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const gone = await startProcessor(ANY_PORT, RULES)
  await gone.close()
  const endpoints = await startEndpoints(t, 'b1')
  const served = (onFailure: 'deny' | 'allow') => ({
    upstreams: { echo: { endpoints }, processor: upstreamAt(gone.address) },
    fleet: { filters: { extProc: { enabled: true, upstream: 'processor', onFailure } } },
  })
  const edge = await startEdge(t, served('deny'))
  const denied = await callAt(edge.address)
  t.not(denied.status, status.OK, JSON.stringify(denied))
  await edge.serve(served('allow'))
  t.match(await callAt(edge.address), { status: status.OK, processedBy: '' })
})

t.test('T29: a rule is without the processor, or shows it less', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const processor = await startProcessor(ANY_PORT, RULES)
  t.teardown(() => processor.close())
  const endpoints = await startEndpoints(t, 'b1')
  const to = { echo: 1 }
  const rule = (name: string, extProc: object) => ({
    match: { headers: { 'x-rule': name } },
    to,
    filters: { extProc },
  })
  const edge = await startEdge(t, {
    upstreams: { echo: { endpoints }, processor: upstreamAt(processor.address) },
    rules: {
      off: rule('off', { enabled: false }),
      on: rule('on', { enabled: true }),
      less: rule('less', { enabled: true, processingMode: { responseHeaders: 'skip' } }),
      rest: { match: {}, to },
    },
    fleet: { filters: { extProc: { enabled: true, upstream: 'processor', timeout: TIMEOUT } } },
  })
  const byRule = (name: string) => callAt(edge.address, { 'x-rule': name })
  t.match(await byRule('off'), { processedBy: '' })
  t.match(await byRule('on'), { processedBy: 'example' })
  t.match(await byRule('less'), { processedBy: '' })
  t.match(await byRule('other'), { processedBy: 'example' })
})

/** A processor that wants to change one header of each call, and tells which names it got. */
async function startMeddler(t: Test) {
  const seen: string[][] = []
  const wanted = { key: 'x-harmless', value: '1' }
  const server = new Server()
  addService(server, ExternalProcessor, {
    async *process(requests) {
      for await (const { request } of requests) {
        if (request.case !== 'requestHeaders') continue
        seen.push((request.value.headers?.headers ?? []).map(({ key }) => key))
        const header = { key: wanted.key, rawValue: Buffer.from(wanted.value) }
        const appendAction = HeaderValueOption_HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD
        const headerMutation = { setHeaders: [{ header, appendAction }] }
        yield { response: { case: request.case, value: { response: { headerMutation } } } }
      }
    },
  })
  const listener = new DrainingListener(server)
  t.teardown(() => listener.close(0))
  return { address: await listener.listen(ANY_PORT), seen, wanted }
}

t.test('T29: the processor sees no denied call, and cannot undo the verdict of a check', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const meddler = await startMeddler(t)
  const ECHO = 'switchyard.echo.v1.EchoService'
  const served = (mutationRules: object) => ({
    upstreams: { meddler: upstreamAt(meddler.address) },
    security: {
      jwt: { enabled: true, anyOf: ['main'] },
      rbac: { enabled: true, rules: { echo: { methods: [`${ECHO}/Unary`] } } },
    },
    filters: {
      extProc: {
        enabled: true,
        upstream: 'meddler',
        timeout: TIMEOUT,
        processingMode: { responseHeaders: 'skip' },
        mutationRules,
      },
    },
  })
  const edge = await startSecuredEdge(t, served({ disallow: ['x-tenant'] }))
  const authorization = `Bearer ${await edge.token()}`
  const callToSet = async (key: string, value: string) => {
    Object.assign(meddler.wanted, { key, value })
    return (await edge.call({ headers: { authorization } })).status
  }
  t.equal((await edge.call({})).status, status.UNAUTHENTICATED)
  t.equal(meddler.seen.length, 0, 'a denied call')
  t.equal(await callToSet('x-harmless', '1'), status.OK, 'the accepted twin')
  t.ok(meddler.seen.at(-1)?.includes('x-user'))
  t.notOk(meddler.seen.at(-1)?.includes('authorization'), 'it gets no token')
  const before = edge.seen.length
  for (const [key, value] of [
    [':path', `/${ECHO}/Bidirectional`],
    [':authority', 'other'],
    ['x-user', 'mallory'],
    ['x-role', 'admin'],
    ['x-tenant', 'red'],
    ['x-envoy-upstream-rq-timeout-ms', '1'],
  ] as const) {
    t.not(await callToSet(key, value), status.OK, key)
  }
  t.equal(edge.seen.length, before, 'none of them reached a service')

  await edge.serve(served({ disallowIsError: false }))
  t.equal(await callToSet('x-user', 'mallory'), status.OK)
  t.equal(edge.seen.at(-1)?.metadata.get('x-user').join(), 'alice', 'the change is left out')
  t.equal(await callToSet('x-tenant', 'red'), status.OK)
  t.equal(edge.seen.at(-1)?.metadata.get('x-tenant').join(), 'red', 'only named headers are kept')

  await edge.serve(served({ disallowSystem: false }))
  t.equal(await callToSet(':path', `/${ECHO}/Nowhere`), status.UNIMPLEMENTED, 'why system headers are kept')
  await edge.serve(served({ disallowAll: true }))
  t.not(await callToSet('x-harmless', '1'), status.OK)
})
