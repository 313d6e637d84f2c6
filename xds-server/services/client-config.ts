// A client in the messages of CSDS.
// https://www.envoyproxy.io/docs/envoy/latest/api-v3/service/status/v3/csds.proto

import { create } from '@bufbuild/protobuf'
import type { Any } from '@bufbuild/protobuf/wkt'
import { ClientResourceStatus } from '@envoy/xds-protos/envoy/admin/v3/config_dump_shared_pb.js'
import {
  type ClientConfig,
  ClientConfigSchema,
  ConfigStatus,
} from '@envoy/xds-protos/envoy/service/status/v3/csds_pb.js'
import type { ClientView, ResourceView } from '../nodes/resource-view.ts'
import type { MessageRegistry } from '../snapshot/message-registry.ts'
import { redactedBytes } from '../snapshot/redact-message.ts'
import type { Resource } from '../snapshot/resource.ts'

const CONFIG_STATUS: Readonly<Record<ResourceView['state'], ConfigStatus>> = {
  synced: ConfigStatus.SYNCED,
  stale: ConfigStatus.STALE,
  notSent: ConfigStatus.NOT_SENT,
  error: ConfigStatus.ERROR,
}

export interface ContentOptions {
  readonly messages: MessageRegistry
  /** Leaves out the resources themselves. */
  readonly excludeContents: boolean
}

/**
 * `config_status` is the server's view. `client_status` is what the client would say, as far as its answers tell. `xds_config` is what
 * it is served; of a NACKed resource, what it ACKed before, and the NACKed one is in `error_state`. So is the error of a missing one.
 */
export function toClientConfig({ node, resources }: ClientView, options: ContentOptions): ClientConfig {
  return create(ClientConfigSchema, {
    node,
    genericXdsConfigs: resources.map((one) => {
      const { typeUrl, name, state, served, acked, ackedVersion = '', nack, error } = one
      const xdsConfig = packed(nack ? acked : served, options)
      const failedConfiguration = packed(served, options)
      return {
        typeUrl,
        name,
        versionInfo: ackedVersion,
        ...(xdsConfig && { xdsConfig }),
        configStatus: CONFIG_STATUS[state],
        clientStatus: clientStatusOf(one),
        ...(error && { errorState: { details: error.message } }),
        ...(nack && {
          errorState: {
            details: nack.message,
            versionInfo: nack.version,
            ...(failedConfiguration && { failedConfiguration }),
          },
        }),
      }
    }),
  })
}

function clientStatusOf({ state, served, acked }: ResourceView): ClientResourceStatus {
  if (state === 'error') return ClientResourceStatus.NACKED
  if (acked !== undefined || state === 'synced') return ClientResourceStatus.ACKED
  return served === undefined ? ClientResourceStatus.DOES_NOT_EXIST : ClientResourceStatus.REQUESTED
}

function packed(resource: Resource | undefined, options: ContentOptions): Any | undefined {
  if (resource === undefined || options.excludeContents) return undefined
  const { typeUrl } = resource
  return { $typeName: 'google.protobuf.Any', typeUrl, value: redactedBytes(resource, options.messages) }
}
