// `headerLimits` with real calls: Envoy rejects calls and answers over a limit, and forwards the same ones under a wider one.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Metadata, status } from '@grpc/grpc-js'
import t from 'tap'
import { serveEcho } from '../support/echo-pair.ts'
import { startEdge, startEndpoints } from '../support/edge.ts'
import { connectRaw } from '../support/raw-call.ts'
import { requireTool } from '../support/requirements.ts'

const path = `/${EchoService.typeName}/Unary`
const headersOf = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, 'value']))
const headerOf = (kib: number) => ({ 'x-large': 'x'.repeat(kib * 1024) })

const CASES = [
  { title: '50 headers', headers: headersOf(50), rejectedBy: { maxCount: 40 }, acceptedBy: {} },
  // The service itself accepts 128.
  { title: '105 headers', headers: headersOf(105), rejectedBy: {}, acceptedBy: { maxCount: 200 } },
  { title: '20 KiB', headers: headerOf(20), rejectedBy: { maxKib: 16 }, acceptedBy: {} },
  { title: '61 KiB', headers: headerOf(61), rejectedBy: {}, acceptedBy: { maxKib: 63 } },
] as const

t.test('T14: a call over a limit of its headers is rejected, and passes under a wider one', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const upstreams = { echo: { endpoints: await startEndpoints(t, 'b1') } }
  const edge = await startEdge(t, { upstreams })
  const statusUnder = async (headerLimits: object, headers: Readonly<Record<string, string>>) => {
    await edge.serve({ upstreams, fleet: { headerLimits } })
    return (await connectRaw(t, edge.address).call({ path, headers })).status
  }
  for (const { title, headers, rejectedBy, acceptedBy } of CASES) {
    t.not(await statusUnder(rejectedBy, headers), status.OK, `${title} under ${JSON.stringify(rejectedBy)}`)
    t.equal(await statusUnder(acceptedBy, headers), status.OK, `twin: under ${JSON.stringify(acceptedBy)}`)
  }
})

t.test(
  'T13: an answer over a limit of an upstream ends its call, and passes under a wider one',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    let headers: Readonly<Record<string, string>> = {}
    const address = await serveEcho(t, {
      unary: async (_, { sendHeaders }) => {
        sendHeaders(Metadata.fromHttp2Headers(headers))
        return {}
      },
    })
    const upstreams = (headerLimits: object) => ({
      echo: { endpoints: { b1: { address } }, headerLimits },
    })
    const edge = await startEdge(t, { upstreams: upstreams({}) })
    const statusUnder = async (headerLimits: object) => {
      await edge.serve({ upstreams: upstreams(headerLimits) })
      return (await connectRaw(t, edge.address).call({ path })).status
    }
    for (const { title, headers: answered, rejectedBy, acceptedBy } of CASES) {
      headers = answered
      t.equal(
        await statusUnder(rejectedBy),
        status.UNAVAILABLE,
        `${title} under ${JSON.stringify(rejectedBy)}`,
      )
      t.equal(await statusUnder(acceptedBy), status.OK, `twin: under ${JSON.stringify(acceptedBy)}`)
    }
  },
)
