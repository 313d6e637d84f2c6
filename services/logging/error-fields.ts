// What a log says of a call that failed: the details that the client gets, and what the service threw.

import { createRegistry, toJson } from '@bufbuild/protobuf'
import { file_google_rpc_error_details } from '@envoy/xds-protos/google/rpc/error_details_pb.js'
import type { Metadata } from '@grpc/grpc-js'
import type { LogLine } from '../../core/log-line.ts'
import { detailsOf, type Explain, type RpcStatusError } from '../rpc/index.ts'

const registry = createRegistry(file_google_rpc_error_details)

/** Causes by the metadata of their request, which is one object for a call: the status that interceptors see has no cause. */
const causes = new WeakMap<Metadata, unknown>()

/** Notes what a handler threw, for the log; put it around the `Explain` of a service. */
export function notingCauses(explain: Explain = (error) => error): Explain {
  return (error, context) => {
    if (error.cause !== undefined) causes.set(context.metadata, error.cause)
    return explain(error, context)
  }
}

/** What `notingCauses` has noted of a call. @param metadata of its request */
export function causeOf(metadata: Metadata): unknown {
  return causes.get(metadata)
}

/** @param metadata of the status @param cause what the handler threw */
export function errorFieldsOf(
  metadata: RpcStatusError['metadata'] | null | undefined,
  cause: unknown,
): Pick<LogLine, 'error'> {
  const details = metadata ? detailsOf({ metadata }).map(toFields) : []
  if (details.length === 0 && cause === undefined) return {}
  return {
    error: {
      ...(details.length > 0 && { details }),
      ...(cause !== undefined && { cause: describe(cause) }),
    },
  }
}

function toFields(detail: ReturnType<typeof detailsOf>[number]): Record<string, unknown> {
  const schema = registry.getMessage(detail.$typeName)
  const fields = schema === undefined ? {} : toJson(schema, detail, { registry, useProtoFieldName: true })
  return { '@type': detail.$typeName, ...(fields as object) }
}

function describe(cause: unknown): NonNullable<NonNullable<LogLine['error']>['cause']> {
  if (!(cause instanceof Error)) return { type: typeof cause, message: String(cause) }
  const { name, message, stack } = cause
  return { type: name, message, ...(stack !== undefined && { stack }) }
}
