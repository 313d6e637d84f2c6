// Which fields of our messages are personal or secret, by the options of their `.proto` file.

import { type DescField, getOption } from '@bufbuild/protobuf'
import { sensitive } from '@envoy/xds-protos/switchyard/log/v1/sensitive_pb.js'

const known = new WeakMap<DescField, boolean>()

/** By our option, or by protobuf's own `debug_redact`. */
export function isSensitive(field: DescField): boolean {
  let isIt = known.get(field)
  if (isIt === undefined) {
    isIt = getOption(field, sensitive) || field.proto.options?.debugRedact === true
    known.set(field, isIt)
  }
  return isIt
}
