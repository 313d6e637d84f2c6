// The details of a gRPC error: messages of google.rpc, which travel in a trailer beside the status.
// https://google.aip.dev/193 and https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto

import { createRegistry, fromBinary, type JsonValue, toJson } from '@bufbuild/protobuf'
import { base64Decode } from '@bufbuild/protobuf/wire'
import { type Any, anyUnpack } from '@bufbuild/protobuf/wkt'
import {
  BadRequestSchema,
  ErrorInfoSchema,
  LocalizedMessageSchema,
  QuotaFailureSchema,
  RetryInfoSchema,
} from '@envoy/xds-protos/google/rpc/error_details_pb.js'
import { StatusSchema } from '@envoy/xds-protos/google/rpc/status_pb.js'

/** Those that a page can do something with. */
const DETAILS = createRegistry(
  BadRequestSchema,
  ErrorInfoSchema,
  LocalizedMessageSchema,
  QuotaFailureSchema,
  RetryInfoSchema,
)

export interface Detail {
  /** Such as `google.rpc.BadRequest`. */
  readonly type: string
  /** Undefined for a type that the page does not know. */
  readonly value?: JsonValue
}

/** @param trailer the value of `grpc-status-details-bin`, in base64 */
export function detailsOf(trailer: string | undefined): readonly Detail[] {
  if (trailer === undefined) return []
  return fromBinary(StatusSchema, base64Decode(trailer)).details.map(detailOf)
}

function detailOf(any: Any): Detail {
  const type = any.typeUrl.slice(any.typeUrl.lastIndexOf('/') + 1)
  const schema = DETAILS.getMessage(type)
  const message = schema && anyUnpack(any, schema)
  return message ? { type, value: toJson(schema, message) } : { type }
}
