// Where clients get what a resource refers to: from the aggregated stream that it came by.

import { create } from '@bufbuild/protobuf'
import {
  ApiVersion,
  type ConfigSource,
  ConfigSourceSchema,
} from '@envoy/xds-protos/envoy/config/core/v3/config_source_pb.js'

export function fromAds(): ConfigSource {
  return create(ConfigSourceSchema, {
    resourceApiVersion: ApiVersion.V3,
    configSourceSpecifier: { case: 'ads', value: {} },
  })
}

/** The server that the resource itself came from. */
export function fromSelf(): ConfigSource {
  return create(ConfigSourceSchema, { configSourceSpecifier: { case: 'self', value: {} } })
}
