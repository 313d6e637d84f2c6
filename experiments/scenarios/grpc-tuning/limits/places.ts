// The places that have a limit, or could have one: who receives what, where the search begins, and which option changes it.

import { NEEDS_ENVOY, NEEDS_GO, NEEDS_JAVA, NEEDS_NGINX, NEEDS_PYTHON } from '../../../../harness/needs.ts'
import type { Need } from '../../../../harness/scenario.ts'

export const MIB = 1_048_576

/** The largest message and the longest value of metadata that are tried. */
export const MOST = { message: 16 * MIB, metadata: 131_072 }

/** What all implementations of gRPC take by default. */
export const GRPC_MESSAGE = 4 * MIB

export interface Place {
  /** Unique in its program. */
  readonly id: string
  readonly title: string
  readonly kind: 'message' | 'metadata'
  /** Bytes of the message, or of the value of one metadata, that are tried first. */
  readonly guess: number
  /** What the default must be, where it is the same everywhere; undefined: whatever is found. */
  readonly exact?: number
  /** What the list of headers may have, where that is exact: as this place counts it, in bytes. */
  readonly list?: number
  /** What it counts for each header besides name and value. Default: 32, as HTTP/2 does (RFC 9113, section 6.5.2). */
  readonly overhead?: 0
  /** Refuses by chance between two sizes of the list of headers: what is below always passes, what is above never does. */
  readonly byChance?: { readonly from: number; readonly to: number }
  /** What raises or lowers it. */
  readonly option: string
}

export interface Program {
  readonly id: string
  readonly title: string
  readonly needs?: readonly Need[]
  readonly places: readonly Place[]
}

const RECEIVES = { kind: 'message', guess: GRPC_MESSAGE, exact: GRPC_MESSAGE } as const

// biome-ignore format: a line for each place
export const PROGRAMS: readonly Program[] = [
  {
    ...{ id: 'grpc-js', title: 'grpc-js' },
    places: [
      { id: 'server', title: 'server, receives', ...RECEIVES, option: '`grpc.max_receive_message_length`, -1 for none' },
      { id: 'server-raised', title: 'server, with the option -1', kind: 'message', guess: MOST.message, exact: MOST.message, option: '' },
      { id: 'client', title: 'client, receives', ...RECEIVES, option: '`grpc.max_receive_message_length`, -1 for none' },
      { id: 'client-sends', title: 'client, sends', kind: 'message', guess: MOST.message, exact: MOST.message, option: '`grpc.max_send_message_length`' },
      { id: 'client-sends-limited', title: 'client, sends, with the option 1 MiB', kind: 'message', guess: MIB, exact: MIB, option: '' },
      { id: 'request', title: 'server, metadata of a call', kind: 'metadata', guess: 65_536, option: 'none: Node limits one encoded value' },
      { id: 'answer', title: 'client, metadata of an answer', kind: 'metadata', guess: 65_536, option: 'none: Node limits one encoded value' },
    ],
  },
  {
    ...{ id: 'go', title: 'gRPC for Go', needs: [NEEDS_GO] },
    places: [
      { id: 'server', title: 'server, receives', ...RECEIVES, option: '`grpc.MaxRecvMsgSize`' },
      { id: 'client', title: 'client, receives', ...RECEIVES, option: '`grpc.MaxCallRecvMsgSize`' },
      { id: 'request', title: 'server, metadata of a call', kind: 'metadata', guess: MOST.metadata, option: '`grpc.MaxHeaderListSize` (16 MiB)' },
      { id: 'answer', title: 'client, metadata of an answer', kind: 'metadata', guess: MOST.metadata, option: '`grpc.WithMaxHeaderListSize` (16 MiB)' },
    ],
  },
  {
    ...{ id: 'python', title: 'gRPC for Python (C-core)', needs: [NEEDS_PYTHON] },
    places: [
      { id: 'server', title: 'server, receives', ...RECEIVES, option: '`grpc.max_receive_message_length`, -1 for none' },
      { id: 'client', title: 'client, receives', ...RECEIVES, option: '`grpc.max_receive_message_length`, -1 for none' },
      { id: 'request', title: 'server, metadata of a call', kind: 'metadata', guess: 0, byChance: { from: 8_192, to: 16_384 }, option: '`grpc.max_metadata_size`, `grpc.absolute_max_metadata_size`' },
    ],
  },
  {
    ...{ id: 'java', title: 'gRPC for Java', needs: [NEEDS_JAVA] },
    places: [
      { id: 'server', title: 'server, receives', ...RECEIVES, option: '`maxInboundMessageSize`' },
      { id: 'client', title: 'client, receives', ...RECEIVES, option: '`maxInboundMessageSize`' },
      { id: 'request', title: 'server, metadata of a call', kind: 'metadata', guess: 7_644, list: 8_192, option: '`maxInboundMetadataSize`' },
      { id: 'answer', title: 'client, metadata of an answer', kind: 'metadata', guess: 7_853, list: 8_192, option: '`maxInboundMetadataSize`' },
    ],
  },
  {
    ...{ id: 'envoy', title: 'Envoy', needs: [NEEDS_ENVOY] },
    places: [
      { id: 'server', title: 'between both, messages', kind: 'message', guess: MOST.message, exact: MOST.message, option: 'none: it passes messages on in pieces' },
      { id: 'server-small-buffers', title: 'between both, messages, with `connectionBuffer: 32768`', kind: 'message', guess: MOST.message, exact: MOST.message, option: '' },
      { id: 'request', title: 'metadata of a call', kind: 'metadata', guess: 61_212, list: 61_440, overhead: 0, option: '`headerLimits.maxKib` of the fleet (60)' },
      { id: 'request-raised', title: 'metadata of a call, with `headerLimits.maxKib: 96`', kind: 'metadata', guess: 65_536, option: 'here the server of grpc-js refuses' },
      { id: 'answer', title: 'metadata of an answer', kind: 'metadata', guess: 61_293, list: 61_440, overhead: 0, option: '`headerLimits.maxKib` of the upstream (60)' },
      { id: 'answer-raised', title: 'metadata of an answer, with `headerLimits.maxKib: 96`', kind: 'metadata', guess: 65_536, option: 'here the client of grpc-js refuses' },
    ],
  },
  {
    ...{ id: 'nginx', title: 'NGINX', needs: [NEEDS_NGINX] },
    places: [
      // Five bytes of each message are gRPC's own.
      { id: 'server', title: 'between both, requests of a call together', kind: 'message', guess: MIB - 5, exact: MIB - 5, option: '`client_max_body_size` (1 MiB), 0 for none' },
      { id: 'server-raised', title: 'requests, with `client_max_body_size 0`', kind: 'message', guess: MOST.message, exact: MOST.message, option: '' },
      { id: 'request', title: 'metadata of a call', kind: 'metadata', guess: 8_192, option: '`large_client_header_buffers` (4 of 8 KiB)' },
      { id: 'answer', title: 'metadata of an answer', kind: 'metadata', guess: 3_969, option: '`grpc_buffer_size` (a page, 4 KiB)' },
    ],
  },
]

export const limitsId = ({ id }: Program): string => `limits.${id}`

export const passesFigure = ({ id }: Place): string => `${id}: passes (bytes)`
export const failsFigure = ({ id }: Place): string => `${id}: fails (bytes)`
/** Of the list of headers with what passes or fails, as the place counts it. */
export const listFigure = ({ id }: Place, of: 'passes' | 'fails'): string =>
  `${id}: header list that ${of} (bytes)`
export const codeText = ({ id }: Place): string => `${id}: status`
export const errorText = ({ id }: Place): string => `${id}: text`
