// What a revoked certificate or an ended token can still do: checks are at the beginning of connections and calls, and two switches bound the rest.

import { writeFile } from 'node:fs/promises'
import { Metadata } from '@grpc/grpc-js'
import t from 'tap'
import { replaceFile } from '../../testbed/certificates/folder.ts'
import { connectEcho } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'
import { startSecuredEdge } from '../support/secured-edge.ts'
import { CLIENT, callAs, connectAs } from '../support/tls-client.ts'
import { startTlsEdge } from '../support/tls-edge.ts'

const MUTUAL = { enabled: true, certificate: 'edge', clientCa: 'mesh' }
const UNAUTHENTICATED = 16
const UNAVAILABLE = 14
/** Only its end is waited for, never its length. */
const BOUND = '3s'
/** A message each 50 ms. */
const ENDLESS = { delay: { nanos: 50_000_000 }, count: 1_000_000 }

/** A stream that is read all the time. */
function follow(messages: AsyncIterable<unknown>) {
  let next = Promise.withResolvers<void>()
  let isEnded = false
  const ended = (async () => {
    for await (const _ of messages) {
      next.resolve()
      next = Promise.withResolvers()
    }
  })().catch((error: Error) => error)
  void ended.then(() => {
    isEnded = true
  })
  const untilMessage = async () => {
    const error = await Promise.race([next.promise, ended.then(() => new Error('the stream has ended'))])
    if (error) throw error
  }
  return { ended, untilMessage, isEnded: () => isEnded }
}

t.test('a stream with a token that ends goes on, and ends after `maxStreamDuration`', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const rules = {
    bounded: {
      match: { headers: { 'x-kind': 'bounded' } },
      to: { echo: 1 },
      maxStreamDuration: BOUND,
    },
    all: { match: {}, to: { echo: 1 } },
  }
  const edge = await startSecuredEdge(t, {
    security: { jwt: { enabled: true, anyOf: ['main'] } },
    document: { routes: { all: { hosts: ['*'], rules } } },
  })
  await edge.serve({
    security: { jwt: { enabled: true, anyOf: ['strict'] } },
    jwt: {
      strict: {
        issuer: edge.issuers.main.issuer,
        audiences: ['echo'],
        jwks: { inline: edge.issuers.main.keySet },
        clockSkew: '1s',
      },
    },
    document: { routes: { all: { hosts: ['*'], rules } } },
  })
  const open = async (lifetime: number) => {
    const token = await edge.issuers.main.sign({ subject: 'alice', audience: 'echo', lifetime })
    const stream = (kind: string) => {
      const metadata = new Metadata()
      metadata.set('authorization', `Bearer ${token}`)
      metadata.set('x-kind', kind)
      return follow(connectEcho(t, edge.address).serverStream(ENDLESS, { metadata }))
    }
    const [bounded, twin] = [stream('bounded'), stream('free')]
    const call = async () => (await edge.call({ headers: { authorization: `Bearer ${token}` } })).status
    const untilMessages = () => Promise.all([bounded.untilMessage(), twin.untilMessage()])
    const isInTime = await untilMessages().then(
      async () => (await call()) === 0,
      () => false,
    )
    return { bounded, twin, call, isInTime }
  }
  let opened = await open(2)
  // A busy machine may take the whole life of a token to begin.
  for (let lifetime = 4; !opened.isInTime && lifetime <= 256; lifetime *= 2) opened = await open(lifetime)
  t.ok(opened.isInTime, 'a token lives long enough for two streams and a call')
  const { bounded, twin, call } = opened
  let status = 0
  while (status === 0) status = await call()
  t.equal(status, UNAUTHENTICATED, 'afterwards')
  t.match(await bounded.ended, { message: /Deadline exceeded|RST_STREAM/ })
  await twin.untilMessage()
  t.equal(await call(), UNAUTHENTICATED)
  t.notOk(twin.isEnded(), 'without the switch, the ended token still gets messages')
})

t.test('a connection of a revoked certificate goes on, and ends after `maxDuration`', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const edge = await startTlsEdge(t, { listener: MUTUAL })
  const { address, authority, file } = edge
  await writeFile(file('mesh.crl'), await authority.revoke([]))
  const caller = async () => ({ ca: authority.issued.certificate, issued: await authority.issue(CLIENT) })
  const connect = async () => {
    const identity = await caller()
    const client = connectAs(address, identity)
    t.teardown(() => client.close())
    await client.unary({})
    return { identity, client, stream: follow(client.serverStream(ENDLESS)) }
  }
  const revoke = (certificate: string) =>
    edge.untilRenewed(async () => replaceFile(file('mesh.crl'), await authority.revoke([certificate])))
  t.equal(await edge.patch({ secrets: { mesh: { crl: 'mesh.crl' } } }), 'synced')

  const twin = await connect()
  await revoke(twin.identity.issued.certificate)
  t.equal(await callAs(address, twin.identity), UNAVAILABLE, 'no new connection')
  for (let calls = 0; calls < 10; calls += 1) await twin.client.unary({})
  t.pass('without the switch, calls on the old connection succeed')
  await twin.stream.untilMessage()
  t.notOk(twin.stream.isEnded(), 'and its streams go on')
  twin.client.close()

  const fleet = { connections: { maxDuration: BOUND, drain: '100ms' }, maxStreamDuration: BOUND }
  t.equal(await edge.patch({ fleets: { fleet } }), 'synced')
  const bounded = await connect()
  await revoke(bounded.identity.issued.certificate)
  t.equal(await callAs(address, bounded.identity), UNAVAILABLE, 'no new connection')
  let code: number | undefined
  while (code === undefined) {
    await bounded.client.unary({}).catch((error: { readonly code: number }) => {
      code = error.code
    })
  }
  t.equal(code, UNAVAILABLE, 'the connection took its last call, and no other one opens')
  t.match(await bounded.stream.ended, Error, 'its stream has ended too')
  t.equal(await callAs(address, await caller()), 0, 'another certificate')
})
