// Failures of the conformance suite with a known cause. A failed case is explained if each of its reasons is.

export interface KnownFailure {
  readonly id: string
  /** What the suite says of it. */
  readonly reason: RegExp
  /** Names of the cases that may fail for it. Default: all. */
  readonly cases?: RegExp
  /** What happens, in a sentence. */
  readonly what: string
  /** The line of source or the rule that explains it. */
  readonly cause: string
}

const GRPC_JS = 'grpc-js 1.14.7'
/** The answer to a request that should have been rejected. */
const ACCEPTED = /^expecting an error but received none$|^expecting 0 response messages but instead got 1$/
const accepted = (name: string) => ({
  reason: ACCEPTED,
  cases: new RegExp(`Unexpected Requests/.*/${name}$`),
})

export const KNOWN_FAILURES: readonly KnownFailure[] = [
  {
    id: 'message-with-ok',
    reason: /^trailers include a non-empty 'grpc-message' value with zero\/okay 'grpc-status'$/,
    what: 'A status OK has the text "OK".',
    cause: `${GRPC_JS}, server-call.ts: \`sendUnaryResponse\` and \`end\` send \`details: 'OK'\``,
  },
  {
    id: 'padded-details',
    reason:
      /^trailers include 'grpc-status-details-bin' value with padding but servers should emit unpadded: /,
    what: 'Binary metadata is base64 with padding.',
    cause: `${GRPC_JS}, metadata.ts: \`toString('base64')\`; PROTOCOL-HTTP2.md allows both, and wants it without`,
  },
  {
    id: 'cut-off-message',
    ...accepted('incomplete-message(-prefix)?'),
    what: 'A stream that ends within a message is taken as if it had ended before it.',
    cause: `${GRPC_JS}, server-interceptors.ts: \`handleEndEvent\` does not ask the decoder for what is left`,
  },
  {
    id: 'any-codec',
    ...accepted('unexpected-codec'),
    what: 'Any content type that begins with application/grpc is taken for protobuf.',
    cause: `${GRPC_JS}, server.ts: \`_verifyContentType\` looks at the beginning only`,
  },
  {
    id: 'compressed-identity',
    ...accepted('unexpected-compressed-message'),
    what: 'A message that is marked as compressed, without a compression, is taken as it is.',
    cause: `${GRPC_JS}, server-interceptors.ts: \`decompressMessage\` does not look at the flag for \`identity\``,
  },
  {
    id: 'unknown-compression',
    reason: /^actual error \{code: 13 \(internal\), .* does not match expected code 12 \(unimplemented\)$/,
    cases: /Unexpected Requests\/.*\/unexpected-compression$/,
    what: 'An unknown compression is not noticed as long as no message is marked as compressed.',
    cause: `${GRPC_JS}, server-interceptors.ts: \`decompressAndMaybePush\` looks at the header only for marked messages`,
  },
  {
    id: 'any-verb',
    ...accepted('unexpected-verb'),
    what: 'Calls with another verb than POST are served.',
    cause: `${GRPC_JS}, server.ts: nothing looks at \`:method\``,
  },
]

/** The known failure that explains a reason of a case; undefined for an unknown one. */
export function explain(name: string, reason: string): KnownFailure | undefined {
  return KNOWN_FAILURES.find((known) => known.reason.test(reason) && (known.cases?.test(name) ?? true))
}
