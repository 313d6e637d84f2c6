// Reads the backend's id out of an encoded EchoResponse, without decoding the rest: a loader does it for every message.
// https://protobuf.dev/programming-guides/encoding/

/** `switchyard.echo.v1.EchoResponse.backend_id` */
const BACKEND_ID = 2

const VARINT = 0
const LENGTH_DELIMITED = 2

/** @returns the id; an empty text if the message has no id, or if the bytes are not such a message */
export function backendIdOf(bytes: Buffer): string {
  let at = 0
  const varint = (): number => {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = bytes[at] ?? 0
      at += 1
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 0x80
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    const wireType = tag & 7
    const length = varint()
    if (wireType === VARINT) continue
    if (wireType !== LENGTH_DELIMITED) return ''
    if (tag >>> 3 === BACKEND_ID) return bytes.toString('utf8', at, at + length)
    at += length
  }
  return ''
}
