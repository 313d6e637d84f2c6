// Compression, the HTTP/1.1 bridge and the size of requests in the document: what is rejected, each with an accepted twin.

import t from 'tap'
import { type Refusal, testRefusals } from '../../../test/support/refusals.ts'

const COMPRESSION = 'fleets.edge.filters.compression'
const L7 = { 'fleets.edge.lb.mode': 'l7' }

const withCompression = (settings: object) => ({
  ...L7,
  'fleets.edge.filters': { compression: { enabled: true, ...settings } },
})
const withBridge = (mode: string) => ({
  'fleets.edge.lb.mode': mode,
  'fleets.edge.filters': { grpcHttp1Bridge: { enabled: true } },
})
const withLimit = (maxBytes: number) => ({
  ...L7,
  'fleets.edge.filters': { requestSize: { enabled: true } },
  'routes.public.rules.echo.filters': { requestSize: { maxBytes } },
})

const CASES: readonly Refusal[] = [
  [
    'T25: compression of gRPC itself',
    withCompression({ contentTypes: ['application/grpc'] }),
    [`${COMPRESSION}.contentTypes[0]`, /none of gRPC itself, whose clients could not read/],
    withCompression({ contentTypes: ['application/grpc-web'] }),
  ],
  [
    'T25: compression of gRPC with the name of its encoding',
    withCompression({ contentTypes: ['application/json', 'application/grpc+proto'] }),
    [`${COMPRESSION}.contentTypes[1]`, /none of gRPC itself/],
    withCompression({ contentTypes: ['application/json', 'application/grpc-web+proto'] }),
  ],
  [
    'T25: zstd for streams only',
    withCompression({ algorithms: ['gzip', 'zstd'], contentTypes: ['application/grpc-web+proto'] }),
    [`${COMPRESSION}.algorithms[1]`, /^has zstd, which Envoy cannot use for streams.*remove zstd/],
    withCompression({ algorithms: ['gzip', 'zstd'] }),
  ],
  [
    'T25: the HTTP/1.1 bridge in mode l4',
    withBridge('l4'),
    ['fleets.edge.lb.mode', /filters\.grpcHttp1Bridge cannot work/],
    withBridge('l7'),
  ],
  [
    'T14: a limit of requests within one window',
    withLimit(65_535),
    ['routes.public.rules.echo.filters.requestSize.maxBytes', /^must be bytes of one request/],
    withLimit(65_536),
  ],
]

testRefusals(t, CASES, (title) => `${title} is rejected`)
