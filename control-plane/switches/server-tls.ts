// TLS of a gRPC server: by a certificate provider of its bootstrap, with plaintext for named sources while clients move.

import { BlockList, isIP } from 'node:net'
import { DownstreamTlsContextSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import { Type } from 'typebox'
import { serverListenerSwitch } from './attach-points.ts'
import { unsupported } from './grpc-clients.ts'
import { toServerSocket } from './grpc-tls.ts'
import { facts } from './schema-keywords.ts'

/**
 * `tls` of a listener of gRPC servers. A connection has the chain of the most specific source that matches it, and the chain with
 * TLS otherwise: gRPC servers have no inspector of TLS, so the source decides.
 * https://github.com/grpc/proposal/blob/master/A36-xds-for-servers.md
 */
export const serverTls = serverListenerSwitch({
  field: 'tls',
  schema: Type.Object(
    {
      enabled: Type.Boolean({ description: 'true or false', ...facts({ weaker: { value: false } }) }),
      requireClient: Type.Optional(
        Type.Boolean({
          default: true,
          description: 'true or false: whether clients must show a certificate',
          ...facts({ envoy: 'DownstreamTlsContext.require_client_certificate', weaker: { value: false } }),
        }),
      ),
      plaintextFrom: Type.Optional(
        Type.Array(
          Type.String({
            pattern: '^[0-9A-Fa-f.:]+/\\d{1,3}$',
            description: 'a range of addresses such as 10.1.0.0/16',
            ...facts({ example: '10.1.0.0/16' }),
          }),
          {
            default: [],
            uniqueItems: true,
            description:
              'ranges of addresses that are served without TLS, such as ["10.1.0.0/16"]; [] for none',
            ...facts({ envoy: 'FilterChainMatch.source_prefix_ranges', example: ['10.1.0.0/16'] }),
          },
        ),
      ),
    },
    {
      additionalProperties: false,
      description: 'TLS such as { enabled: true }, by the certificate provider of the fleet',
      ...facts({ envoy: 'DownstreamTlsContext', example: { enabled: true, requireClient: false } }),
    },
  ),
  appliesTo: ['grpc-server'],
  protects: true,
  // `@grpc/grpc-js-xds` listens on every address, and so sees IPv4 clients by IPv6. A range of IPv4 matches none of them, and one of
  // IPv6 ends the process with the first (seen with 1.14).
  unsupportedBy: ({ plaintextFrom = [] }) =>
    plaintextFrom.length > 0 ? unsupported('plaintextFrom', { steps: ['plaintextFrom'] }, ['node']) : [],
  messages: [DownstreamTlsContextSchema],
  *problems({ plaintextFrom = [] }) {
    for (const [index, range] of plaintextFrom.entries()) {
      if (rangeOf(range) !== undefined) continue
      yield {
        steps: ['plaintextFrom', String(index)],
        message: `"${range}" is not a range of addresses: write one such as 10.1.0.0/16 or fd00::/8`,
      }
    }
  },
  toServerListener({ enabled, requireClient = true, plaintextFrom = [] }, chainOf, { certificateProvider }) {
    if (!enabled) return undefined
    const sourcePrefixRanges = plaintextFrom.flatMap((range) => rangeOf(range) ?? [])
    // `@grpc/grpc-js-xds` never takes a chain whose match does not name the transport (seen with 1.14).
    const filterChainMatch = { transportProtocol: 'raw_buffer', sourcePrefixRanges }
    return {
      filterChains: plaintextFrom.length > 0 ? [{ ...chainOf('plaintext'), filterChainMatch }] : [],
      defaultFilterChain: {
        ...chainOf('tls'),
        transportSocket: toServerSocket(requireClient, certificateProvider),
      },
    }
  },
})

/** Undefined if the text is not a range. */
function rangeOf(text: string): { readonly addressPrefix: string; readonly prefixLen: number } | undefined {
  const [addressPrefix = '', length = ''] = text.split('/')
  try {
    new BlockList().addSubnet(addressPrefix, Number(length), isIP(addressPrefix) === 6 ? 'ipv6' : 'ipv4')
    return { addressPrefix, prefixLen: Number(length) }
  } catch {
    return undefined
  }
}
