// Addresses and types of the server: TCP and Unix sockets, TLS, and every kind of type.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { create } from '@bufbuild/protobuf'
import { anyPack, StringValueSchema } from '@bufbuild/protobuf/wkt'
import { TypedExtensionConfigSchema } from '@envoy/xds-protos/envoy/config/core/v3/extension_pb.js'
import { VirtualHostSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { RouterSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/router/v3/router_pb.js'
import { RuntimeSchema } from '@envoy/xds-protos/envoy/service/runtime/v3/rtds_pb.js'
import { ChannelCredentials, ServerCredentials, status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import {
  CLUSTER,
  type ResourceInput,
  SnapshotCache,
  startXdsServer,
  typeUrlOf,
} from '../../xds-server/index.ts'
import { selfSignedCertificate } from '../support/certificates.ts'
import { staticCluster } from '../support/resources.ts'
import { connectTo, DeltaClient, nodeOf, SotwClient } from '../support/xds-client.ts'

async function start(t: Test, address: string, credentials?: ServerCredentials) {
  const cache = new SnapshotCache()
  cache.setSnapshot('fleet', [staticCluster('a')])
  const server = await startXdsServer({ cache, address, ...(credentials && { credentials }) })
  t.teardown(() => server.close())
  return { cache, server }
}

/** Not `t.testdir()`: its path is too long for a socket. */
function socketFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function served(t: Test, address: string, credentials?: ChannelCredentials): Promise<string[]> {
  const client = new DeltaClient(connectTo(t, address, credentials))
  client.send({ node: nodeOf('n'), typeUrl: CLUSTER })
  const { resources } = await client.next()
  client.close()
  return resources.map(({ name }) => name)
}

t.test('it serves on a TCP port and reports the actual one', async (t) => {
  const { server } = await start(t, '127.0.0.1:0')
  t.match(server.address, /^127\.0\.0\.1:[1-9]\d*$/)
  t.strictSame(await served(t, server.address), ['a'])
})

t.test('it serves on a Unix socket and removes the file when it closes', async (t) => {
  const path = `${socketFolder(t)}/xds.sock`
  const { server } = await start(t, `unix:${path}`)
  t.equal(server.address, `unix:${path}`)
  t.strictSame(await served(t, server.address), ['a'])
  await server.close()
  t.notOk(existsSync(path))
})

t.test('the socket file of a killed server is replaced', async (t) => {
  const path = `${socketFolder(t)}/xds.sock`
  const script = `require('node:net').createServer().listen(process.argv[1], () => console.log('listening'))`
  const killed = spawn(process.execPath, ['-e', script, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(killed.stdout, 'data')
  killed.kill('SIGKILL')
  await once(killed, 'close')
  t.ok(existsSync(path), 'its file exists')
  const { server } = await start(t, `unix:${path}`)
  t.strictSame(await served(t, server.address), ['a'])
})

t.test('an address in use is an error, and the server that uses it keeps serving', async (t) => {
  for (const address of ['127.0.0.1:0', `unix:${socketFolder(t)}/xds.sock`]) {
    const { server } = await start(t, address)
    await t.rejects(startXdsServer({ cache: new SnapshotCache(), address: server.address }), {
      code: 'address-in-use',
      message:
        /is in use by (another process|process \d+ \(.*\)): stop that process, or choose another address/,
    })
    t.strictSame(await served(t, server.address), ['a'])
  }
})

const notLinux = process.platform !== 'linux' && 'only Linux spreads connections'
t.test('servers with reusePort share a port, and for others it is in use', { skip: notLinux }, async (t) => {
  let address = '127.0.0.1:0'
  for (const name of ['a', 'b']) {
    const cache = new SnapshotCache()
    cache.setSnapshot('fleet', [staticCluster(name)])
    const server = await startXdsServer({ cache, address, reusePort: true })
    t.teardown(() => server.close())
    address = server.address
  }
  const seen = new Set<string>()
  // That the kernel chooses one of two servers 40 times has a chance of one in 2⁴⁰.
  for (let attempt = 0; seen.size < 2 && attempt < 40; attempt += 1) {
    for (const name of await served(t, address)) seen.add(name)
  }
  t.strictSame([...seen].sort(), ['a', 'b'])
  await t.rejects(startXdsServer({ cache: new SnapshotCache(), address }), { code: 'address-in-use' })
})

t.test('an address that cannot be bound is an error', async (t) => {
  await t.rejects(startXdsServer({ cache: new SnapshotCache(), address: '192.0.2.1:1' }), {
    code: 'invalid-argument',
    message: /cannot listen on 192\.0\.2\.1:1/,
  })
})

t.test('a socket path that is too long is an error with the limit', async (t) => {
  const path = `/tmp/${'x'.repeat(103)}`
  await t.rejects(startXdsServer({ cache: new SnapshotCache(), address: `unix:${path}` }), {
    code: 'invalid-argument',
    message: /the path has 108 bytes, and the limit is 107/,
  })
})

t.test('it serves over TLS and rejects plaintext clients', async (t) => {
  const { certificate, key } = await selfSignedCertificate()
  const pair = { private_key: Buffer.from(key), cert_chain: Buffer.from(certificate) }
  const { server } = await start(t, '127.0.0.1:0', ServerCredentials.createSsl(null, [pair]))
  const address = server.address.replace('127.0.0.1', 'localhost')
  t.strictSame(await served(t, address, ChannelCredentials.createSsl(Buffer.from(certificate))), ['a'])
  const plain = new DeltaClient(connectTo(t, server.address))
  plain.send({ node: nodeOf('n'), typeUrl: CLUSTER })
  t.equal((await plain.raw.ended).code, status.UNAVAILABLE)
})

const router = anyPack(RouterSchema, create(RouterSchema))
const TYPES_ON_ADS: readonly {
  readonly title: string
  readonly typeUrl: string
  readonly name: string
  readonly resource: ResourceInput
}[] = [
  {
    title: 'ECDS',
    typeUrl: typeUrlOf(TypedExtensionConfigSchema),
    name: 'router',
    resource: create(TypedExtensionConfigSchema, { name: 'router', typedConfig: router }),
  },
  {
    title: 'RTDS',
    typeUrl: typeUrlOf(RuntimeSchema),
    name: 'layer',
    resource: create(RuntimeSchema, { name: 'layer', layer: { 'some.key': 1 } }),
  },
  {
    title: 'VHDS',
    typeUrl: typeUrlOf(VirtualHostSchema),
    name: 'main/example.com',
    resource: {
      name: 'main/example.com',
      resource: create(VirtualHostSchema, { name: 'example.com', domains: ['example.com'] }),
    },
  },
  {
    title: 'a type that Switchyard does not know',
    typeUrl: 'type.googleapis.com/google.protobuf.StringValue',
    name: 'greeting',
    resource: {
      name: 'greeting',
      resource: anyPack(StringValueSchema, create(StringValueSchema, { value: 'hello' })),
    },
  },
]

for (const { title, typeUrl, name, resource } of TYPES_ON_ADS) {
  t.test(`${title} works on ADS, in both protocols`, async (t) => {
    const { cache, server } = await start(t, '127.0.0.1:0')
    const delta = new DeltaClient(connectTo(t, server.address))
    delta.send({ node: nodeOf('n1'), typeUrl, resourceNamesSubscribe: [name] })
    // Envoy would end the wait for a filter's default.
    if (title !== 'ECDS') {
      const { resources, removedResources } = await delta.next()
      const absent = resources.filter((one) => one.resource === undefined).map((one) => one.name)
      t.strictSame([...absent, ...removedResources], [name], 'it does not exist yet')
    }
    const sotw = new SotwClient(connectTo(t, server.address))
    sotw.send({ node: nodeOf('n2'), typeUrl, resourceNames: [name] })
    cache.updateSnapshot('fleet', { upsert: [resource] })
    const [added] = (await delta.next()).resources
    t.equal(added?.name, name)
    t.equal(added?.resource?.typeUrl, typeUrl)
    t.strictSame((await sotw.next()).resources, [added?.resource])
    cache.updateSnapshot('fleet', { remove: [{ typeUrl, name }] })
    t.strictSame((await delta.next()).removedResources, [name])
    delta.close()
    sotw.close()
  })
}
