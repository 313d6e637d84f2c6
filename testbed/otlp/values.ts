// Values of OpenTelemetry's protocol as plain data.

import type { AnyValue, KeyValue } from '@envoy/xds-protos/opentelemetry/proto/common/v1/common_pb.js'

/** A list or map is kept as JSON. */
export type AttributeValue = string | number | boolean
export type Attributes = Readonly<Record<string, AttributeValue>>

/** As `traceparent` has it. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

/** Microseconds are kept: a number holds no more digits since 1970. */
export function toMs(nanos: bigint): number {
  return Number(nanos / 1_000n) / 1_000
}

export function toAttributes(entries: readonly KeyValue[]): Attributes {
  return Object.fromEntries(entries.map(({ key, value }) => [key, toValue(value)]))
}

export function toValue(value: AnyValue | undefined): AttributeValue {
  const scalar = toPlain(value)
  return typeof scalar === 'object' ? JSON.stringify(scalar) : scalar
}

type Plain = AttributeValue | readonly Plain[] | { readonly [key: string]: Plain }

function toPlain(any: AnyValue | undefined): Plain {
  const one = any?.value
  switch (one?.case) {
    case 'intValue':
      return Number(one.value)
    case 'bytesValue':
      return Buffer.from(one.value).toString('base64')
    case 'arrayValue':
      return one.value.values.map(toPlain)
    case 'kvlistValue':
      return Object.fromEntries(one.value.values.map(({ key, value }) => [key, toPlain(value)]))
    default:
      return one?.value ?? ''
  }
}
