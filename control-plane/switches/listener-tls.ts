// TLS of a listener: clients encrypt what they send, check who Envoy is, and may have to show who they are.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { TlsInspectorSchema } from '@envoy/xds-protos/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.js'
import { HttpConnectionManager_ForwardClientCertDetails as ForwardClientCertificate } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { DownstreamTlsContextSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import { type ListenerParts, listenerSwitch } from './attach-points.ts'
import type { PlacedProblem } from './placed-problem.ts'
import { type ListenerTls, ListenerTlsSchema, secretReferences } from './tls.ts'
import { toDownstreamSocket } from './tls-sockets.ts'

/** Services learn from `x-forwarded-client-cert` who showed which certificate; what a caller writes into it is removed. */
const FORWARD_CLIENT_CERTIFICATE = {
  forwardClientCertDetails: ForwardClientCertificate.SANITIZE_SET,
  setCurrentClientCertDetails: { subject: true, uri: true, dns: true },
} as const

/**
 * `tls` of a listener. With TLS on, Envoy inspects the first bytes of a connection even if only TLS is served: whether plaintext
 * is allowed beside it is then a second chain and no new listener, and connections under TLS do not notice when it goes.
 */
export const listenerTls = listenerSwitch({
  field: 'tls',
  schema: ListenerTlsSchema,
  appliesTo: ['envoy'],
  messages: [DownstreamTlsContextSchema, TlsInspectorSchema],
  references: secretReferences,
  problems: clientProblems,
  toListener: ({ enabled }) => (enabled ? inspectTls() : {}),
  toFilterChains(settings, chain) {
    const transportSocket = toDownstreamSocket(settings)
    if (transportSocket === undefined) return [chain]
    const secured = {
      ...chain,
      name: 'tls',
      filterChainMatch: { transportProtocol: 'tls' },
      transportSocket,
    }
    const plaintext = { ...chain, name: 'plaintext', filterChainMatch: { transportProtocol: 'raw_buffer' } }
    return settings.allowPlaintext ? [secured, plaintext] : [secured]
  },
  toHttpConnectionManager: ({ enabled, clientCa }: ListenerTls) =>
    enabled && clientCa !== undefined ? FORWARD_CLIENT_CERTIFICATE : {},
})

/** Envoy reads whether a connection begins with TLS, and for which host name. */
export function inspectTls(): Pick<ListenerParts, 'listenerFilters'> {
  const value = anyPack(TlsInspectorSchema, create(TlsInspectorSchema))
  return {
    listenerFilters: [
      { name: 'envoy.filters.listener.tls_inspector', configType: { case: 'typedConfig', value } },
    ],
  }
}

/** Without `clientCa`, Envoy would silently ignore what is demanded of clients. And names in `sans` are a demand by themselves. */
function* clientProblems(tls: ListenerTls): Iterable<PlacedProblem> {
  const { clientCa, requireClient, sans = [] } = tls
  if (clientCa !== undefined) {
    if (requireClient === false && sans.length > 0) {
      const message = 'is false, but Envoy requires a certificate if sans is written: remove one of them'
      yield { steps: ['requireClient'], message }
    }
    return
  }
  const demands = [
    ['requireClient', requireClient === true],
    ['sans', sans.length > 0],
  ] as const
  for (const [field, isWritten] of demands) {
    if (isWritten) yield { steps: [field], message: 'needs clientCa beside it: write one' }
  }
}
