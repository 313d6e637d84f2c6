// The runs of the chapter, and the names of their figures.

import type { Side } from '../../../../testbed/http2/connection-reader.ts'

export const GRPC = 'frames.grpc'
export const PLAIN = 'frames.plain-http2'
export const TSHARK = 'frames.tshark'

/** Such as `client HEADERS`. */
export const countName = (from: Side, type: string): string => `${from} ${type}`
