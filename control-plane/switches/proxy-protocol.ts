// The PROXY protocol: a header at the beginning of a connection that says who the caller is, from a load balancer before Envoy and to
// endpoints behind it.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import {
  type TransportSocket,
  TransportSocketSchema,
} from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { ProxyProtocolConfig_Version as Version } from '@envoy/xds-protos/envoy/config/core/v3/proxy_protocol_pb.js'
import { ProxyProtocolSchema } from '@envoy/xds-protos/envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol_pb.js'
import { ProxyProtocolUpstreamTransportSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol_pb.js'
import { RawBufferSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer_pb.js'
import { Type } from 'typebox'
import { listenerSwitch, upstreamSwitch } from './attach-points.ts'
import { facts } from './schema-keywords.ts'

const VERSIONS = ['v1', 'v2'] as const
const NUMBERS = { v1: Version.V1, v2: Version.V2 }
const strict = { additionalProperties: false } as const
const enabled = Type.Boolean({ description: 'true or false' })

/**
 * `proxyProtocol` of a listener, in both modes. The address in the header is that of the caller from then on: in access logs, in
 * `x-forwarded-for`, for hashes and limits by address, and in the header that Envoy sends on. Whoever reaches the port may claim any
 * address, so only the load balancer may reach it.
 * https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt,
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/listener_filters/proxy_protocol
 */
export const listenerProxyProtocol = listenerSwitch({
  field: 'proxyProtocol',
  schema: Type.Object(
    {
      enabled,
      versions: Type.Optional(
        Type.Array(Type.Enum([...VERSIONS], { description: 'v1, which is text, or v2, which is binary' }), {
          minItems: 1,
          uniqueItems: true,
          default: [...VERSIONS],
          description: 'the versions that are accepted, such as [v2]; Envoy closes connections with another',
          ...facts({ envoy: 'ProxyProtocol.disallowed_versions', example: ['v2'] }),
        }),
      ),
      allowMissing: Type.Optional(
        Type.Boolean({
          default: false,
          description:
            'true or false: whether connections without the header are served too, as from their own address, while load balancers begin to send it; clients must speak first then',
          ...facts({ envoy: 'ProxyProtocol.allow_requests_without_proxy_protocol' }),
        }),
      ),
    },
    {
      ...strict,
      description: 'the PROXY protocol from a load balancer, such as { enabled: true, versions: [v2] }',
      ...facts({ envoy: 'ProxyProtocol', example: { enabled: true, versions: ['v2'] } }),
    },
  ),
  appliesTo: ['envoy'],
  messages: [ProxyProtocolSchema],
  toListener({ enabled, versions, allowMissing }) {
    if (!enabled) return {}
    const filter = create(ProxyProtocolSchema, {
      allowRequestsWithoutProxyProtocol: allowMissing,
      disallowedVersions: VERSIONS.filter((one) => !versions.includes(one)).map((one) => NUMBERS[one]),
    })
    const value = anyPack(ProxyProtocolSchema, filter)
    return {
      listenerFilters: [
        { name: 'envoy.filters.listener.proxy_protocol', configType: { case: 'typedConfig', value } },
      ],
    }
  },
})

/**
 * `proxyProtocol` of an upstream: each connection to an endpoint begins with a header, before TLS. It names the caller that
 * the connection was opened for; in mode l7 calls of others may share it. A health check has a connection of its own, with a header that names no caller.
 */
export const upstreamProxyProtocol = upstreamSwitch({
  field: 'proxyProtocol',
  schema: Type.Object(
    {
      enabled,
      version: Type.Optional(
        Type.Enum([...VERSIONS], {
          default: 'v2',
          description: 'v1, which is text, or v2, which is binary',
          ...facts({ envoy: 'ProxyProtocolUpstreamTransport.config.version' }),
        }),
      ),
    },
    {
      ...strict,
      description: 'the PROXY protocol to endpoints, such as { enabled: true, version: v2 }',
      ...facts({ envoy: 'ProxyProtocolUpstreamTransport', example: { enabled: true, version: 'v1' } }),
    },
  ),
  appliesTo: ['envoy'],
  messages: [ProxyProtocolUpstreamTransportSchema, RawBufferSchema],
  wrapSocket({ enabled, version }, inner) {
    if (!enabled) return inner
    const outer = create(ProxyProtocolUpstreamTransportSchema, {
      config: { version: NUMBERS[version] },
      transportSocket: inner ?? RAW,
    })
    const value = anyPack(ProxyProtocolUpstreamTransportSchema, outer)
    return create(TransportSocketSchema, {
      name: 'envoy.transport_sockets.upstream_proxy_protocol',
      configType: { case: 'typedConfig', value },
    })
  },
})

const RAW: TransportSocket = create(TransportSocketSchema, {
  name: 'envoy.transport_sockets.raw_buffer',
  configType: { case: 'typedConfig', value: anyPack(RawBufferSchema, create(RawBufferSchema)) },
})
