// The frames of HTTP/2 as data: RFC 9113, section 6. https://www.rfc-editor.org/rfc/rfc9113#section-6

/** In the order of their codes, from 0. */
export const FRAME_TYPES = [
  'DATA',
  'HEADERS',
  'PRIORITY',
  'RST_STREAM',
  'SETTINGS',
  'PUSH_PROMISE',
  'PING',
  'GOAWAY',
  'WINDOW_UPDATE',
  'CONTINUATION',
] as const

export type KnownFrameType = (typeof FRAME_TYPES)[number]
export type FrameType = KnownFrameType | 'UNKNOWN'

/** The nine bytes that every frame begins with. */
export interface FrameHead {
  /** Of the payload, in bytes. */
  readonly length: number
  readonly typeCode: number
  /** The byte as it is. */
  readonly flags: number
  readonly streamId: number
}

export interface Setting {
  readonly id: number
  /** Such as `INITIAL_WINDOW_SIZE`; `0x…` if no RFC here names it. */
  readonly name: string
  readonly value: number
}

/** The deprecated priority of RFC 7540, section 5.3. */
export interface Priority {
  readonly exclusive: boolean
  readonly dependsOn: number
  /** From 1 to 256. */
  readonly weight: number
}

interface Padded {
  /** Bytes of padding and its length field; undefined without PADDED. */
  readonly padding?: number
}

export type FrameBody =
  | ({
      readonly type: 'DATA'
      readonly endStream: boolean
      readonly data: Buffer
    } & Padded)
  | ({
      readonly type: 'HEADERS'
      readonly endStream: boolean
      readonly endHeaders: boolean
      readonly fragment: Buffer
      readonly priority?: Priority
    } & Padded)
  | { readonly type: 'PRIORITY'; readonly priority: Priority }
  | { readonly type: 'RST_STREAM'; readonly errorCode: number }
  | {
      readonly type: 'SETTINGS'
      readonly ack: boolean
      readonly settings: readonly Setting[]
    }
  | ({
      readonly type: 'PUSH_PROMISE'
      readonly endHeaders: boolean
      readonly promisedStreamId: number
      readonly fragment: Buffer
    } & Padded)
  | { readonly type: 'PING'; readonly ack: boolean; readonly opaque: Buffer }
  | {
      readonly type: 'GOAWAY'
      readonly lastStreamId: number
      readonly errorCode: number
      readonly debug: Buffer
    }
  | { readonly type: 'WINDOW_UPDATE'; readonly increment: number }
  | {
      readonly type: 'CONTINUATION'
      readonly endHeaders: boolean
      readonly fragment: Buffer
    }
  | { readonly type: 'UNKNOWN'; readonly payload: Buffer }
  /** A frame of a known type whose payload cannot be what its type says. */
  | { readonly type: KnownFrameType; readonly problem: string }

export type Frame = FrameHead & FrameBody

/** The frame as one of a type, or undefined if it is of another or malformed. */
export function frameOf<T extends FrameType>(
  frame: Frame,
  type: T,
): (FrameHead & Exclude<Extract<FrameBody, { readonly type: T }>, { readonly problem: string }>) | undefined {
  return frame.type === type && !('problem' in frame) ? (frame as never) : undefined
}

/** By code: RFC 9113, section 7. */
const ERROR_NAMES = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
]

/** Such as `CANCEL`. */
export const errorName = (code: number): string => ERROR_NAMES[code] ?? `0x${code.toString(16)}`

const SETTING_NAMES: Readonly<Record<number, string>> = {
  1: 'HEADER_TABLE_SIZE',
  2: 'ENABLE_PUSH',
  3: 'MAX_CONCURRENT_STREAMS',
  4: 'INITIAL_WINDOW_SIZE',
  5: 'MAX_FRAME_SIZE',
  6: 'MAX_HEADER_LIST_SIZE',
  8: 'ENABLE_CONNECT_PROTOCOL',
}

/** RFC 9113, section 6.5.2, and RFC 8441. */
export const settingName = (id: number): string => SETTING_NAMES[id] ?? `0x${id.toString(16)}`

/** Frame types of later RFCs, by code: only named, not decoded. */
const LATER_TYPES: Readonly<Record<number, string>> = {
  10: 'ALTSVC',
  12: 'ORIGIN',
  16: 'PRIORITY_UPDATE',
}

/** Such as `DATA`; `type 0x2a` for a type without a name. */
export const frameTypeName = (code: number): string =>
  FRAME_TYPES[code] ?? LATER_TYPES[code] ?? `type 0x${code.toString(16)}`
