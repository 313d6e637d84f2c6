// The header blocks of a tapped connection, by the number of the call.

import type { SeenFrame } from '../../../../testbed/http2/connection-reader.ts'
import type { HeaderField } from '../../../../testbed/http2/hpack/hpack-decoder.ts'

/** Of one call. */
export interface CallBlocks {
  /** Bytes of the block of the request. */
  readonly request: number
  /** Of all blocks of the answer: its header and its trailers. */
  readonly response: number
  /** What the fields of the request would take as lines of HTTP/1.1. */
  readonly plain: number
  /** New sizes of the table that the request's block announces. */
  readonly tableSizes: readonly number[]
  /** Entries and bytes of the client's dynamic table after the request, as RFC 7541 counts them. */
  readonly table: { readonly entries: number; readonly bytes: number }
  readonly fields: readonly Pick<HeaderField, 'name' | 'representation' | 'index' | 'bytes'>[]
}

/** In the order of the calls. */
export function callBlocksOf(frames: readonly SeenFrame[]): readonly CallBlocks[] {
  const requests = frames.filter(({ from, block }) => from === 'client' && block !== undefined)
  return requests.flatMap(({ frame, block }) => {
    if (block === undefined) return []
    const answers = frames.filter(
      (seen) => seen.from === 'server' && seen.frame.streamId === frame.streamId && seen.block !== undefined,
    )
    return [
      {
        request: block.bytes,
        response: answers.reduce((sum, seen) => sum + (seen.block?.bytes ?? 0), 0),
        plain: block.plainBytes,
        tableSizes: block.tableSizes,
        table: block.table,
        fields: block.fields.map(({ name, representation, index, bytes }) => ({
          name,
          representation,
          index,
          bytes,
        })),
      },
    ]
  })
}

/** Entries of the static table: a larger index is one of the dynamic table (RFC 7541, appendix A). */
export const STATIC_ENTRIES = 61

/** nghttp2, which Node has, never adds it to its table: it differs too often. */
export const NEVER_ADDED = ':path'
