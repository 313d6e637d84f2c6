// A control plane over mutual TLS: a node must show a certificate with its own name.

import { readFileSync } from 'node:fs'
import { ServerCredentials } from '@grpc/grpc-js'
import { SnapshotCache, startXdsServer } from 'switchyard'
import { listenerOf, routesOf } from '../resources.ts'

const GROUP = 'edge'
const [caFile, certFile, keyFile, address = '127.0.0.1:18000', listenerPort = '10000'] = process.argv.slice(2)
if (caFile === undefined || certFile === undefined || keyFile === undefined) {
  throw new Error('usage: main.ts CA.pem SERVER.pem SERVER.key [ADDRESS] [LISTENER_PORT]')
}

const pair = { cert_chain: readFileSync(certFile), private_key: readFileSync(keyFile) }
// The last argument requires a client certificate that this authority has signed.
const credentials = ServerCredentials.createSsl(readFileSync(caFile), [pair], true)

const cache = new SnapshotCache({ consistency: 'enforce' })
cache.onEvent((event) => {
  if (event.kind === 'acked') console.log(`${event.node} ACKed ${event.typeUrl}`)
  if (event.kind === 'rejected') console.log(`${event.peer} rejected: ${event.message}`)
})
const body = { inlineString: 'served over mutual TLS\n' }
cache.setSnapshot(GROUP, [
  listenerOf('web', Number(listenerPort)),
  routesOf('web', { directResponse: { status: 200, body } }),
])

const server = await startXdsServer({
  cache,
  address,
  credentials,
  authorize: (peer, node) => {
    const name = `spiffe://switchyard/fleet/${node.cluster}/node/${node.id}`
    if (peer.uris.includes(name)) return undefined
    return `the certificate names ${peer.uris.join(', ') || 'no URI'}, and the node needs ${name}`
  },
})
console.log(`xDS over mutual TLS on ${server.address}`)
