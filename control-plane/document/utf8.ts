// Bytes as text, without replacing what is malformed.

const decoder = new TextDecoder('utf-8', { fatal: true })

/** The text in UTF-8, without a byte order mark; undefined if the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}
