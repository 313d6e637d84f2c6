// Bounds what grpc-js decodes of the binary metadata of a call: each value between commas costs it more than a microsecond.

import type { IncomingHttpHeaders } from 'node:http2'
import { Metadata } from '@grpc/grpc-js'

/** As many as the headers of a call may be. */
const MOST_VALUES = 100

const decode = Metadata.fromHttp2Headers

/**
 * Drops binary metadata with more than 100 values in one header. 58,000 commas took `@grpc/grpc-js` 1.14 some 70 ms, in which the
 * process serves nobody else, and it decodes metadata before any interceptor. There is no option for it, so this wraps the function
 * that decodes, once for the process.
 */
export function boundBinaryMetadata(): void {
  if (Metadata.fromHttp2Headers !== decode) return
  Metadata.fromHttp2Headers = (headers) => decode.call(Metadata, withoutLongLists(headers))
}

function withoutLongLists(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const long = Object.keys(headers).filter((name) => name.endsWith('-bin') && isLong(headers[name]))
  if (long.length === 0) return headers
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !long.includes(name)))
}

/** Looks at no more commas than the bound. */
function isLong(value: string | readonly string[] | undefined): boolean {
  if (typeof value !== 'string') return (value?.length ?? 0) > MOST_VALUES
  let at = -1
  for (let values = 0; values < MOST_VALUES; values += 1) {
    at = value.indexOf(',', at + 1)
    if (at === -1) return false
  }
  return true
}
