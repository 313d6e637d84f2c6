// The examples that the chapter runs.

import { showCompression } from '../../../../examples/grpc-patterns/compression.ts'
import { showInterceptors } from '../../../../examples/grpc-patterns/interceptors.ts'
import { showKeepalive } from '../../../../examples/grpc-patterns/keepalive.ts'
import { returnMetadata, showMetadata } from '../../../../examples/grpc-patterns/metadata.ts'
import { showWaitForReady } from '../../../../examples/grpc-patterns/wait-for-ready.ts'
import { serverOn, WAY_TITLES, type Way } from '../calls/ways.ts'
import { exampleRun } from './example-run.ts'

export const INTERCEPTORS = exampleRun('interceptors', { example: 'interceptors' }, showInterceptors)

const metadataOn = (way: Way) =>
  exampleRun(`metadata.${way}`, { example: 'metadata', way: WAY_TITLES[way] }, async (print, context) => {
    const { server, address } = await serverOn(context, way)
    server.serve({ unary: returnMetadata })
    return await showMetadata(print, address)
  })
export const METADATA = { direct: metadataOn('direct'), envoy: metadataOn('envoy') }

export const COMPRESSION = exampleRun('compression', { example: 'compression' }, showCompression)

export const WAIT_FOR_READY = exampleRun('wait-for-ready', { example: 'wait-for-ready' }, showWaitForReady)

export const KEEPALIVE = exampleRun('keepalive', { example: 'keepalive' }, showKeepalive, { seconds: 4 })
