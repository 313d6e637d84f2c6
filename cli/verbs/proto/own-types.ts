// The messages that `yard proto decode` knows without a schema: those of our services, of Envoy's configuration, and error details.

import { createRegistry, type Registry } from '@bufbuild/protobuf'
import { file_google_rpc_error_details } from '@envoy/xds-protos/google/rpc/error_details_pb.js'
import { file_google_rpc_status } from '@envoy/xds-protos/google/rpc/status_pb.js'
import { file_switchyard_echo_v1_echo } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { file_switchyard_kv_v1_key_value } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { CORE_MESSAGES } from '../../../xds-server/snapshot/message-registry.ts'

export const OWN_TYPES: Registry = createRegistry(
  CORE_MESSAGES.registry,
  file_switchyard_echo_v1_echo,
  file_switchyard_kv_v1_key_value,
  file_google_rpc_status,
  file_google_rpc_error_details,
)
