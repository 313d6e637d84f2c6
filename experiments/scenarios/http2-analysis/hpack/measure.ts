// Captures calls one after the other on one connection, and keeps what their header blocks took.

import { once } from 'node:events'
import { connect, createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { Metadata } from '@grpc/grpc-js'
import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { startTap } from '../../../../testbed/http2/tap.ts'
import { median } from '../../../../testbed/measure/statistics.ts'
import { sharedBackend, tapped } from '../tapped-backend.ts'
import { type CallBlocks, callBlocksOf } from './blocks.ts'
import { GRPC_METADATA, VARIANTS, type Variant, type VariantName } from './variants.ts'

export const CALLS = 20

export const FIGURES = {
  first: 'first request (bytes)',
  later: 'later requests (bytes, median)',
  plain: 'as HTTP/1.1 (bytes)',
  firstAnswer: 'first answer (bytes)',
  laterAnswer: 'later answers (bytes, median)',
} as const

export async function measureVariant(name: VariantName): Promise<Measured> {
  const { headers, tableBytes }: Variant = VARIANTS[name]
  const server = createServer({
    ...(tableBytes !== undefined && { settings: { headerTableSize: tableBytes } }),
  })
  server.on('stream', (stream) => {
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc', 'grpc-accept-encoding': 'identity,deflate,gzip' },
      { waitForTrailers: true },
    )
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'grpc-message': '' }))
    stream.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const tap = await startTap({ to: `127.0.0.1:${(server.address() as AddressInfo).port}`, keepBytes: false })
  const session = connect(`http://${tap.address}`)
  try {
    // The table of the client's encoder is what the server allows, from its SETTINGS on.
    await once(session, 'remoteSettings')
    for (let call = 1; call <= CALLS; call += 1) {
      const stream = session.request(headers(call), { endStream: true })
      stream.resume()
      await once(stream, 'close')
    }
  } finally {
    session.destroy()
    await tap.stop()
    server.close()
  }
  return measuredOf(tap.connections().flatMap(({ frames }) => callBlocksOf(frames)))
}

/** The same with grpc-js and a backend. */
export async function measureGrpc(context: RunContext): Promise<Measured> {
  const { address } = await sharedBackend(context)
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(GRPC_METADATA)) metadata.set(name, value)
  const connections = await tapped({ to: address, keepBytes: false }, async (client) => {
    for (let call = 1; call <= CALLS; call += 1) await client.unary({ message: 'hello' }, { metadata })
  })
  return measuredOf(connections.flatMap(({ frames }) => callBlocksOf(frames)))
}

function measuredOf(blocks: readonly CallBlocks[]): Measured {
  const [first, ...later] = blocks
  return facts({
    ...{ calls: blocks.length, codes: { OK: blocks.length } },
    figures: {
      [FIGURES.first]: first?.request ?? Number.NaN,
      [FIGURES.later]: median(later.map(({ request }) => request)),
      [FIGURES.plain]: first?.plain ?? Number.NaN,
      [FIGURES.firstAnswer]: first?.response ?? Number.NaN,
      [FIGURES.laterAnswer]: median(later.map(({ response }) => response)),
    },
    texts: { blocks: JSON.stringify(blocks) },
  })
}
