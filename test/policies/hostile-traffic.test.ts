// Attacks on Envoy, on the services behind it and on the xDS server: each attack ends, and honest calls succeed.

import { gzipSync } from 'node:zlib'
import { status } from '@grpc/grpc-js'
import t from 'tap'
import { connectEcho, startEcho, startEdge } from '../support/edge.ts'
import { type ExposedServer, startExposedServers } from '../support/exposed-servers.ts'
import { continuationFlood, rapidReset } from '../support/http2-frames.ts'
import { cpuSeconds, peakMemoryMib } from '../support/process-cost.ts'
import { connectRaw } from '../support/raw-call.ts'
import { connectTo, RawStream } from '../support/xds-client.ts'

const MIB = 1024 * 1024
const NOT_BASE64 = ['!!! not base64 ***', '=', 'a', 'aGk=x', 'aGk==', '\u00ff\u00fe', 'aGVsbG8'.repeat(1_003)]
const servers = await startExposedServers(t)

/** Of calls that would cost more than an attack which takes long on a busy machine. */
const MOST_CALLS = 50

/** Makes honest calls on separate connections until the attack has ended, or there are many. Returns their number. */
async function callsMeanwhile({ call }: ExposedServer, attack: Promise<unknown>): Promise<number> {
  let answered = 0
  let isOver = false
  const over = attack.finally(() => {
    isOver = true
  })
  do {
    await call()
    answered += 1
  } while (!isOver && answered < MOST_CALLS)
  await over
  await call()
  return answered + 1
}

t.test('S39: reflection, channelz, CSDS and xDS are not reachable through Envoy', async (t) => {
  const { address } = await startEcho(t, 'b1')
  const edge = await startEdge(t, { upstreams: { echo: { endpoints: { b1: { address } } } } })
  const paths = [
    '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
    '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
    '/grpc.channelz.v1.Channelz/GetServers',
    '/envoy.service.status.v3.ClientStatusDiscoveryService/FetchClientStatus',
    '/envoy.service.status.v3.ClientStatusDiscoveryService/StreamClientStatus',
    '/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources',
  ]
  const outside = connectRaw(t, edge.address)
  for (const path of paths) t.equal((await outside.call({ path })).status, status.PERMISSION_DENIED, path)
  const odd = ['//grpc.reflection.v1.ServerReflection/ServerReflectionInfo', '/x/..//grpc.reflection.v1.S/M']
  for (const path of odd) t.not((await outside.call({ path })).status, status.OK, path)
  const { backendId } = await connectEcho(t, edge.address).unary({ message: 'who?' })
  t.equal(backendId, 'b1', 'twin: the echo service is reachable')
  const inside = connectRaw(t, address)
  t.equal(
    (await inside.call({ path: paths[0] ?? '' })).status,
    status.OK,
    'twin: reflection is reachable without Envoy',
  )

  const rules = {
    all: { match: {}, to: { echo: 1 } },
    open: { match: { service: 'grpc.reflection.v1.ServerReflection' }, to: { echo: 1 } },
  }
  await edge.serve({ upstreams: { echo: { endpoints: { b1: { address } } } }, rules })
  t.equal((await outside.call({ path: paths[0] ?? '' })).status, status.OK, 'a rule with its path allows it')
  t.equal(
    (await outside.call({ path: paths[2] ?? '' })).status,
    status.PERMISSION_DENIED,
    'and no other path',
  )
})

for (const server of servers) {
  const { title, address, path, pid, call } = server

  t.test(`S40: ${title} ends a connection that resets streams as fast as it opens them`, async (t) => {
    const attack = rapidReset(t, address, path, 200_000)
    t.ok((await callsMeanwhile(server, attack)) >= 2, 'honest calls succeeded')
    const { ended, sent } = await attack
    t.ok(ended, `after ${sent} streams at most`)
    const few = await rapidReset(t, address, path, 20)
    t.notOk(few.ended, 'twin: a caller with few cancels keeps its connection')
  })

  t.test(`S40: ${title} outlives calls that it does not know and that are reset at once`, async (t) => {
    for (const [target, contentType] of [
      ['/nobody.knows.v1.It/Call', undefined],
      [path, 'text/plain'],
    ] as const) {
      const { ended } = await rapidReset(t, address, target, 20, contentType)
      t.notOk(ended, `${target} ${contentType ?? ''}`)
    }
    await call()
  })

  t.test(`S41: ${title} ends a connection whose headers never end`, async (t) => {
    const before = cpuSeconds(pid)
    const attack = continuationFlood(t, address, path, 200_000)
    await callsMeanwhile(server, attack)
    const { ended, sent } = await attack
    t.ok(ended, `after ${sent} frames at most`)
    const spent = cpuSeconds(pid) - before
    t.ok(spent < 3, `${spent.toFixed(2)} s of CPU, honest calls included`)
    const short = await continuationFlood(t, address, path, 3)
    t.notOk(short.ended, 'twin: headers in three frames are accepted')
  })

  t.test(
    `S43: ${title} rejects a message over the limit and a decompression bomb in constant memory`,
    async (t) => {
      const before = peakMemoryMib(pid)
      const large = new RawStream(connectTo(t, address), path)
      large.send(new Uint8Array(65 * MIB))
      t.equal((await large.ended).code, status.RESOURCE_EXHAUSTED, 'a message of 65 MiB')
      // 2 GiB of zeros in 2 MB: the members of a gzip file may follow one another.
      const member = gzipSync(new Uint8Array(16 * MIB))
      const message = Buffer.concat(Array(128).fill(member))
      const raw = connectRaw(t, address)
      for (let bomb = 0; bomb < 4; bomb += 1) {
        const headers = { 'grpc-encoding': 'gzip' }
        const answer = await raw.call({ path, headers, message, isCompressed: true })
        t.equal(answer.status, status.RESOURCE_EXHAUSTED, `bomb ${bomb + 1}`)
      }
      const grown = peakMemoryMib(pid) - before
      t.ok(grown < 256, `grown by ${grown.toFixed(0)} MiB, for 8 GiB of decompressed data`)
      await t.resolves(call(), 'twin')
    },
  )

  t.test(`S44: ${title} survives metadata with invalid base64`, async (t) => {
    const raw = connectRaw(t, address)
    for (const value of NOT_BASE64) {
      const { httpStatus } = await raw.call({ path, headers: { 'x-proof-bin': value } })
      t.ok(httpStatus === 200 || httpStatus === 400, value.slice(0, 20))
    }
    await t.resolves(call(), 'twin: an honest call succeeds')
  })
}

const [envoy] = servers
if (envoy !== undefined) {
  t.test('S44: Envoy rejects metadata with invalid base64', async (t) => {
    const raw = connectRaw(t, envoy.address)
    const answer = (value: string) => raw.call({ path: envoy.path, headers: { 'x-proof-bin': value } })
    for (const value of NOT_BASE64) t.equal((await answer(value)).status, status.INTERNAL, value.slice(0, 20))
    for (const value of ['aGVsbG8=', 'aGVsbG8', 'aGk', 'aGk=,aGVsbG8', '+/+/', '']) {
      t.equal((await answer(value)).status, status.OK, `twin: ${value}`)
    }
  })

  t.test('S42: Envoy rejects headers that are too large', async (t) => {
    const raw = connectRaw(t, envoy.address)
    const big = { 'x-one': 'x'.repeat(40_000), 'x-two': 'x'.repeat(40_000) }
    const { status: code, httpStatus } = await raw.call({ path: envoy.path, headers: big })
    t.ok(httpStatus === 0 || code === status.UNKNOWN, `reset, or 2: ${code} after HTTP ${httpStatus}`)
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`x-${index}`, 'x']))
    t.not(
      (await raw.call({ path: envoy.path, headers: many })).status,
      status.OK,
      'more than a hundred headers',
    )
    const small = await raw.call({ path: envoy.path, headers: { 'x-one': 'x'.repeat(4_000) } })
    t.equal(small.status, status.OK, 'twin')
  })
}
