// The trailers of gRPC-Web, which are the last frame of the body, because browsers do not show those of HTTP.
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md

import { readGrpcFrames } from '../../protobuf/grpc-frames.ts'

/** By names in lower case; nothing if the body has none. */
export function readWebTrailers(body: Uint8Array): Readonly<Record<string, string>> {
  const content = readGrpcFrames(body).frames.find(({ isTrailers }) => isTrailers)?.content
  const lines = content === undefined ? [] : Buffer.from(content).toString('latin1').split('\r\n')
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/.exec(line) ?? []
      return name === '' ? [] : [[name.toLowerCase(), value] as const]
    }),
  )
}
