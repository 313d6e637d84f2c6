// What each way is known to do: a release that does otherwise fails the check, and the report shows what it does now.

/** By probe and way, as the probe says it. */
export const EXPECTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'unary-binary': { 'node-proxy': 'OK in trailers, 1 message', connect: 'OK in trailers, 1 message' },
  'unary-text': { 'node-proxy': 'OK in trailers, 1 message', connect: 'HTTP 415' },
  'stream-binary': { 'node-proxy': 'OK in trailers, 3 messages', connect: 'OK in trailers, 3 messages' },
  'stream-text': { 'node-proxy': 'OK in trailers, 3 messages', connect: 'HTTP 415' },
}
