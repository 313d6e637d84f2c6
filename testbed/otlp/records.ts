// Log records as plain data, from the messages of OpenTelemetry's protocol.

import type { ResourceLogs } from '@envoy/xds-protos/opentelemetry/proto/logs/v1/logs_pb.js'
import { type Attributes, type AttributeValue, toAttributes, toHex, toMs, toValue } from './values.ts'

export interface ReceivedRecord {
  /** Milliseconds since 1970, by the clock of the process that reported it. */
  readonly atMs: number
  /** Empty for a record of attributes only. */
  readonly body: AttributeValue
  readonly attributes: Attributes
  /** In hexadecimal digits; undefined for a record that belongs to no trace. */
  readonly traceId: string | undefined
  /** Of the process. */
  readonly resource: Attributes
}

/** The records of one report. */
export function readRecords(resourceLogs: readonly ResourceLogs[]): readonly ReceivedRecord[] {
  return resourceLogs.flatMap(({ resource, scopeLogs }) => {
    const attributes = toAttributes(resource?.attributes ?? [])
    return scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map((record) => ({
        atMs: toMs(record.timeUnixNano),
        body: toValue(record.body),
        attributes: toAttributes(record.attributes),
        traceId: record.traceId.length === 0 ? undefined : toHex(record.traceId),
        resource: attributes,
      })),
    )
  })
}
