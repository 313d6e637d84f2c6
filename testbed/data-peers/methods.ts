// The methods of the server whose messages are bytes, without a schema: nothing is spent on encoding them.

/** Request and answer are bytes. The first four bytes of a request say how many the answer has. */
export const TRANSFER_PATH = '/switchyard.tuning.v1.Data/Transfer'

/** A server stream: the request says how many messages the answer has, and how many bytes each of them has. */
export const FLOOD_PATH = '/switchyard.tuning.v1.Data/Flood'

/** The same path as that of the echo service, so that a client calls this server and others alike. Its answer is empty. */
export const ECHO_PATH = '/switchyard.echo.v1.EchoService/Unary'

/** Bytes of a number in a request. */
export const NUMBER_BYTES = 4

export const asBytes = (value: Buffer): Buffer => value

export function transferRequest(requestBytes: number, answerBytes: number): Buffer {
  const request = Buffer.alloc(Math.max(NUMBER_BYTES, requestBytes), 'x')
  request.writeUInt32BE(answerBytes)
  return request
}

export function floodRequest(messages: number, bytes: number): Buffer {
  const request = Buffer.alloc(2 * NUMBER_BYTES)
  request.writeUInt32BE(messages)
  request.writeUInt32BE(bytes, NUMBER_BYTES)
  return request
}

const bodies = new Map<number, Buffer>()

/** Made once, so that answers cost the same whatever they are. */
export function bodyOf(bytes: number): Buffer {
  const body = bodies.get(bytes) ?? Buffer.alloc(bytes, 'x')
  bodies.set(bytes, body)
  return body
}
