// Rich errors: a status whose trailers also carry google.rpc.Status, with details that programs can read.
// https://google.aip.dev/193, https://grpc.io/docs/guides/error/#richer-error-model

import { create, createRegistry, fromBinary, toBinary } from '@bufbuild/protobuf'
import { anyPack, anyUnpack } from '@bufbuild/protobuf/wkt'
import {
  type BadRequest,
  type DebugInfo,
  type ErrorInfo,
  file_google_rpc_error_details,
  type Help,
  type LocalizedMessage,
  type PreconditionFailure,
  type QuotaFailure,
  type RequestInfo,
  type ResourceInfo,
  type RetryInfo,
} from '@envoy/xds-protos/google/rpc/error_details_pb.js'
import { type Status, StatusSchema } from '@envoy/xds-protos/google/rpc/status_pb.js'
import type { Metadata, status } from '@grpc/grpc-js'
import { RpcStatusError } from './status-error.ts'

/** The trailer; its value is a serialized `google.rpc.Status`. */
export const DETAILS_TRAILER = 'grpc-status-details-bin'

/** Create them by their schemas in `@envoy/xds-protos/google/rpc/error_details_pb.js`. */
export type ErrorDetail =
  | BadRequest
  | DebugInfo
  | ErrorInfo
  | Help
  | LocalizedMessage
  | PreconditionFailure
  | QuotaFailure
  | RequestInfo
  | ResourceInfo
  | RetryInfo

const KNOWN = createRegistry(file_google_rpc_error_details)

/** An error with these details, in this order. */
export function richError(
  code: status,
  message: string,
  details: readonly ErrorDetail[],
  options: { readonly cause?: unknown } = {},
): RpcStatusError {
  return withDetails(new RpcStatusError(code, message, options), details)
}

/** The same error with more details, behind those that it has. */
export function withDetails(error: RpcStatusError, more: readonly ErrorDetail[]): RpcStatusError {
  if (more.length === 0) return error
  const { code, message, cause } = error
  const metadata = error.metadata.clone()
  const packed = more.map((detail) => {
    const schema = KNOWN.getMessage(detail.$typeName)
    if (schema === undefined)
      throw new TypeError(`${detail.$typeName} is not in google/rpc/error_details.proto`)
    return anyPack(schema, detail)
  })
  const details = [...(statusIn(metadata)?.details ?? []), ...packed]
  const bytes = toBinary(StatusSchema, create(StatusSchema, { code, message, details }))
  metadata.set(DETAILS_TRAILER, Buffer.from(bytes))
  return new RpcStatusError(code, message, { metadata, cause })
}

/**
 * The details of an error that a client got, without those of unknown types. None if the trailer is missing or is no
 * `google.rpc.Status`: what a server says beside the status must not turn one error into another.
 */
export function detailsOf({ metadata }: { readonly metadata: Metadata }): readonly ErrorDetail[] {
  return (statusIn(metadata)?.details ?? []).flatMap((any) => {
    try {
      return (anyUnpack(any, KNOWN) as ErrorDetail | undefined) ?? []
    } catch {
      return []
    }
  })
}

/** The first detail of a type, such as `detailOf(error, 'google.rpc.RetryInfo')`. */
export function detailOf<N extends ErrorDetail['$typeName']>(
  error: { readonly metadata: Metadata },
  typeName: N,
): Extract<ErrorDetail, { $typeName: N }> | undefined {
  return detailsOf(error).find(
    (detail): detail is Extract<ErrorDetail, { $typeName: N }> => detail.$typeName === typeName,
  )
}

function statusIn(metadata: Metadata): Status | undefined {
  const [bytes] = metadata.get(DETAILS_TRAILER)
  if (!(bytes instanceof Uint8Array)) return undefined
  try {
    return fromBinary(StatusSchema, new Uint8Array(bytes))
  } catch {
    return undefined
  }
}
