// `filters.compression` with real calls: bytes on the wire, messages of streams that still come one by one, and gRPC that it never touches.

import { once } from 'node:events'
import { createServer } from 'node:http'
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { create, toBinary } from '@bufbuild/protobuf'
import { anyPack, anyUnpack } from '@bufbuild/protobuf/wkt'
import { CompressorSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/compressor/v3/compressor_pb.js'
import { EchoRequestSchema, EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import t, { type Test } from 'tap'
import { toGrpcFrame } from '../../core/grpc-framing.ts'
import { connectEcho, type Served, startEdge, startEndpoints } from '../support/edge.ts'
import { editFilterChains } from '../support/edit-filter-chains.ts'
import { callHttp1, isHeldBack, openHttp1Call, untilAnsweredEarly } from '../support/http1-call.ts'
import { requireTool } from '../support/requirements.ts'

const KIB = 1024
/** The payload of the echo service is zeros. */
const LARGE = { payloadSize: 64 * KIB }
const GRPC = { 'content-type': 'application/grpc' }
const WEB = { 'content-type': 'application/grpc-web+proto', 'x-grpc-web': '1' }
const CODINGS = { brotli: 'br', gzip: 'gzip', zstd: 'zstd' } as const
type Algorithm = keyof typeof CODINGS
/** gzip makes a thousandth of them, and Envoy accepts a hundredth. */
const BOMB_BYTES = 64 * 1024 * KIB
/** As browsers write it. */
const ANY = 'gzip, deflate, br, zstd'

/** A service with HTTP/1.1 that answers with as many bytes of JSON as the path says. */
async function startJson(t: Test): Promise<string> {
  const server = createServer(({ url = '' }, response) => {
    const body = JSON.stringify('x'.repeat(Number(url.split('/').at(-1))))
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
  })
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `127.0.0.1:${(server.address() as { readonly port: number }).port}`
}

async function startCompressed(t: Test) {
  const upstreams = {
    echo: { endpoints: await startEndpoints(t, 'b1') },
    json: { endpoints: { j1: { address: await startJson(t) } }, protocol: 'http1' },
  }
  const rules = {
    json: { match: { prefix: '/json/' }, to: { json: 1 } },
    raw: {
      match: { headers: { 'x-raw': '1' } },
      to: { echo: 1 },
      filters: { compression: { enabled: false } },
    },
    rest: { match: {}, to: { echo: 1 } },
  }
  const served = (compression: object): Served => ({
    upstreams,
    rules,
    fleet: { filters: { grpcWeb: { enabled: true }, compression } },
  })
  const edge = await startEdge(t, served({ enabled: false }))
  const on = (more: object = {}) => served({ enabled: true, ...more })
  const web = (coding: string, headers = {}) =>
    callHttp1(t, edge.address, LARGE, { ...WEB, 'accept-encoding': coding, ...headers })
  /** Bytes of a body of JSON on the wire. `fetch` hides the coding only from who reads the body. */
  const json = async (bytes: number, coding: string) => {
    const answer = await fetch(`http://${edge.address}/json/${bytes}`, {
      headers: { 'accept-encoding': coding, connection: 'close' },
    })
    return { coding: answer.headers.get('content-encoding'), length: (await answer.text()).length }
  }
  return { edge, on, served, web, json }
}

t.test('T25: answers of gRPC-Web and JSON are compressed as a caller accepts it', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { edge, on, web, json } = await startCompressed(t)
  const off = await web(ANY)
  t.match(off, { headers: { 'content-encoding': undefined }, frames: { length: 2 } })
  t.ok(off.bytes > LARGE.payloadSize, `off: ${off.bytes} bytes`)
  t.match(await json(64 * KIB, ANY), { coding: null })

  for (const algorithm of Object.keys(CODINGS) as Algorithm[]) {
    await edge.serve(on({ algorithms: [algorithm] }))
    const coding = CODINGS[algorithm]
    const answer = await web(ANY)
    t.match(answer.frames, [{ kind: 'message' }, { kind: 'trailers' }], `${algorithm}: the same frames`)
    t.same(answer.frames, off.frames.with(0, answer.frames[0] as never), 'and the status')
    if (algorithm === 'zstd') t.equal(answer.bytes, off.bytes, 'never for gRPC-Web')
    else t.ok(answer.bytes < off.bytes / 100, `${algorithm}: ${answer.bytes} bytes`)
    t.match(await json(64 * KIB, coding), { coding, length: 64 * KIB + 2 }, 'JSON')
    t.match(await json(900, coding), { coding: null }, 'JSON of less than 1 KiB')
    t.match(await json(64 * KIB, 'identity'), { coding: null }, 'a caller that accepts none')
  }

  await edge.serve(on())
  t.match(await web(ANY), { headers: { 'content-encoding': 'br' } }, 'the first of brotli and gzip')
  t.match(await web('gzip, deflate'), { headers: { 'content-encoding': 'gzip' } })
  t.match(await web(ANY, { 'x-raw': '1' }), { bytes: off.bytes }, 'a rule without')
  await edge.serve(on({ algorithms: ['zstd', 'gzip'] }))
  t.match(await web(ANY), { headers: { 'content-encoding': 'gzip' } }, 'gRPC-Web has the one after zstd')
  t.match(await json(64 * KIB, ANY), { coding: 'zstd' }, 'and JSON has zstd')
  await edge.serve(on({ minBytes: 512 }))
  t.match(await json(900, 'br'), { coding: 'br' }, 'a smaller limit')
})

/** What the document does not allow: a content type more. */
const withContentType = (type: string) =>
  editFilterChains(({ httpFilters }) => {
    for (const { configType } of httpFilters) {
      const config =
        configType.case === 'typedConfig' ? anyUnpack(configType.value, CompressorSchema) : undefined
      config?.responseDirectionConfig?.commonConfig?.contentType.push(type)
      if (config !== undefined) configType.value = anyPack(CompressorSchema, config)
    }
  })

t.test('T25: the messages of a compressed stream come one by one', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { edge, on } = await startCompressed(t)
  const native = connectEcho(t, edge.address)
  const streamOf = async (algorithm: Algorithm, passes = true) => {
    const accepted = { ...WEB, 'accept-encoding': CODINGS[algorithm] }
    const call = openHttp1Call(t, edge.address, 'bidirectional', accepted)
    if (passes) await untilAnsweredEarly(call, LARGE)
    else t.ok(await isHeldBack(call, LARGE, () => native.unary({})))
    call.send(LARGE)
    const { headers, frames } = await call.end()
    return { coding: headers['content-encoding'], frames: frames.length }
  }
  for (const algorithm of ['brotli', 'gzip'] as const) {
    await edge.serve(on({ algorithms: [algorithm] }))
    t.same(await streamOf(algorithm), { coding: CODINGS[algorithm], frames: 3 })
  }
  await edge.serve(on({ algorithms: ['zstd'] }))
  t.same(await streamOf('zstd'), { coding: undefined, frames: 3 }, 'zstd is not used')
  await edge.serve({ ...on({ algorithms: ['zstd'] }), edit: withContentType(WEB['content-type']) })
  t.same(await streamOf('zstd', false), { coding: 'zstd', frames: 3 }, 'because it holds them back')
})

t.test('T25: answers of gRPC itself are never compressed, because clients cannot read them', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { edge, on } = await startCompressed(t)
  await edge.serve(on())
  const call = () => callHttp1(t, edge.address, LARGE, { ...GRPC, 'accept-encoding': ANY })
  t.match(await call(), { headers: { 'content-encoding': undefined }, frames: { length: 1 } })
  t.match(await connectEcho(t, edge.address).unary({}), { backendId: 'b1' })

  await edge.serve({ ...on(), edit: withContentType('application/grpc+proto') })
  t.match(await call(), { headers: { 'content-encoding': 'br' } }, 'the twin with the content type of gRPC')
  t.match(
    await connectEcho(t, edge.address).unary({}),
    { backendId: 'b1' },
    'even then a client that accepts none (grpc-js) is left alone',
  )
})

t.test('T25: requests may be compressed if the switch says so', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { edge, on } = await startCompressed(t)
  const message = toBinary(EchoRequestSchema, create(EchoRequestSchema, { message: 'compressed' }))
  const bodies = {
    gzip: gzipSync(toGrpcFrame(message)),
    br: brotliCompressSync(toGrpcFrame(message)),
    zstd: zstdCompressSync(toGrpcFrame(message)),
  }
  const send = async (coding: keyof typeof bodies, body: Uint8Array<ArrayBuffer> = bodies[coding]) => {
    const headers = { ...WEB, 'content-encoding': coding, connection: 'close' }
    const url = `http://${edge.address}/${EchoService.typeName}/Unary`
    const answer = await fetch(url, { method: 'POST', headers, body })
    return `${answer.headers.get('grpc-status')} ${await answer.text()}`
  }
  await edge.serve(on())
  const codings = ['gzip', 'br', 'zstd'] as const
  for (const coding of codings) t.notMatch(await send(coding), 'compressed', `${coding}: the twin`)

  await edge.serve(on({ requests: true }))
  for (const coding of codings) t.match(await send(coding), /compressed.*grpc-status:0/s, coding)

  const bomb = gzipSync(new Uint8Array(BOMB_BYTES))
  t.notMatch(await send('gzip', bomb), 'grpc-status:0', 'a small body that would become a large one')
  const name = 'http.main.decompressor.gzip.gzip.request.total_uncompressed_bytes'
  const inflated = (await edge.envoy.admin.stats(name)).get(name) ?? 0
  t.ok(inflated > 0 && inflated < BOMB_BYTES / 2, `Envoy gives up after ${inflated} bytes`)
})
