// Ten thousand times random bytes: the server keeps running, releases everything, and serves a healthy client meanwhile.

import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { servingOf } from '../../xds-server/cache/snapshot-cache.ts'
import { CLUSTER, SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { fc, SEED } from '../support/fast-check.ts'
import { staticCluster } from '../support/resources.ts'
import { untilEnded } from '../support/until-ended.ts'
import { ADS, connectTo, DeltaClient, nodeOf, RawStream } from '../support/xds-client.ts'

const ROUNDS = 100
const EACH = 50

/** The client's connection preface, https://www.rfc-editor.org/rfc/rfc9113#section-3.4, with empty SETTINGS. */
const PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from('000000040000000000', 'hex'),
])

/** Random buffers; the same seed gives the same ones. */
function* randomBuffers(label: number): Generator<Buffer> {
  const bytes = fc.uint8Array({ minLength: 0, maxLength: 400, size: 'max' })
  for (let round = 0; ; round += 1) {
    for (const sample of fc.sample(bytes, { seed: SEED + label * 1000 + round, numRuns: EACH }))
      yield Buffer.from(sample)
  }
}

async function start(t: Test) {
  t.comment(`SWITCHYARD_SEED=${SEED}`)
  const cache = new SnapshotCache()
  const server = await startXdsServer({ cache, address: '127.0.0.1:0' })
  t.teardown(() => server.close())
  cache.setSnapshot('fleet', [staticCluster('a', 1)])
  const healthy = new DeltaClient(connectTo(t, server.address))
  t.teardown(() => healthy.close())
  healthy.send({ node: nodeOf('healthy'), typeUrl: CLUSTER })
  healthy.ack(await healthy.next())
  let change = 1
  const isServed = async () => {
    change += 1
    cache.setSnapshot('fleet', [staticCluster('a', change)])
    const response = await healthy.next()
    healthy.ack(response)
    return response.resources.length === 1
  }
  return { cache, server, isServed }
}

/** Writes bytes on a new connection and closes it. Resolves when it is closed. */
async function throwAt(address: string, bytes: Buffer): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port: Number(address.split(':')[1]) })
  socket.resume()
  socket.end(bytes)
  await untilEnded(socket)
}

function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
}

t.test('X36: five thousand connections that send random bytes leave nothing behind', async (t) => {
  const { cache, server, isServed } = await start(t)
  const buffers = randomBuffers(1)
  const before = openSockets()
  let thrown = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    // Every second one starts with the HTTP/2 preface, so that the server reads the frames after it.
    const batch = Array.from({ length: EACH }, (_, index) => {
      const random = buffers.next().value as Buffer
      return index % 2 === 0 ? random : Buffer.concat([PREFACE, random])
    })
    await Promise.all(batch.map((bytes) => throwAt(server.address, bytes)))
    thrown += batch.length
    if (!(await isServed())) return t.fail(`a healthy client was not served after ${thrown}`)
  }
  t.equal(thrown, 5000)
  t.equal(servingOf(cache).watchCount, 1, 'one stream is open: that of the healthy client')
  while (openSockets() > before) await new Promise((resolve) => setImmediate(resolve))
  t.pass('no connection is left open')
})

t.test('X36: five thousand streams whose requests are random bytes leave nothing behind', async (t) => {
  const { cache, server, isServed } = await start(t)
  const buffers = randomBuffers(2)
  let [rejected, read] = [0, 0]
  cache.onEvent(({ kind }) => {
    if (kind === 'rejected') rejected += 1
  })
  for (let round = 0; round < ROUNDS; round += 1) {
    const channel = connectTo(t, server.address)
    await Promise.all(
      Array.from({ length: EACH }, async (_, index) => {
        const stream = new RawStream(channel, index % 2 === 0 ? ADS.sotw : ADS.delta)
        stream.send(buffers.next().value as Buffer)
        stream.end()
        await stream.ended
        read += 1
      }),
    )
    channel.close()
    if (!(await isServed())) return t.fail(`a healthy client was not served after ${read}`)
  }
  t.equal(read, 5000)
  t.equal(rejected, 5000, 'each was rejected')
  t.equal(servingOf(cache).watchCount, 1)
})
