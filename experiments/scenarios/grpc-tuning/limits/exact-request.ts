// An EchoRequest of exactly a given size: a payload, whose length takes one to four bytes itself.

import { create, toBinary } from '@bufbuild/protobuf'
import { EchoRequestSchema } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'

const TAG = 1
/** Two lengths in a row that differ by a byte of their own size leave one size out, which a short message fills. */
const FILLER = 'x'
const FILLER_BYTES = 3

/** @param bytes at least 5, which is what a filler and an empty payload need at most */
export function exactRequest(bytes: number): Uint8Array {
  for (const filler of ['', FILLER]) {
    const room = bytes - (filler === '' ? 0 : FILLER_BYTES)
    const length = [1, 2, 3, 4].map((own) => room - TAG - own).find((one) => TAG + sizeOf(one) + one === room)
    if (length === undefined) continue
    const payload = new Uint8Array(length)
    return toBinary(EchoRequestSchema, create(EchoRequestSchema, { message: filler, payload }))
  }
  throw new RangeError(`no EchoRequest has ${bytes} bytes`)
}

/** Bytes of a length as protobuf writes it. */
function sizeOf(length: number): number {
  return length < 0 ? Number.NaN : Math.max(1, Math.ceil(length.toString(2).length / 7))
}
