// What each way is known to do: a release that does otherwise fails the check, and the report shows what it does now.

type ByWay = readonly [envoy: string, goProxy: string, nodeProxy: string, connect: string]

const all = (outcome: string): ByWay => [outcome, outcome, outcome, outcome]
const [ONE, THREE] = ['OK in trailers, 1 message', 'OK in trailers, 3 messages']
const NO_TEXT = 'HTTP 415'

const KNOWN: Readonly<Record<string, ByWay>> = {
  'unary-binary': all(ONE),
  'stream-binary': all(THREE),
  // Connect has no base64: browsers that need it are older than its client.
  'unary-text': [ONE, ONE, ONE, NO_TEXT],
  'stream-text': [THREE, THREE, THREE, NO_TEXT],
  'fails-at-once': [
    ...(['FAILED_PRECONDITION in headers', 'FAILED_PRECONDITION in headers'] as const),
    ...(['FAILED_PRECONDITION in headers', 'FAILED_PRECONDITION in trailers'] as const),
  ],
  'fails-at-once-carries': all('text, trailer, details'),
  'fails-late': all('ABORTED in trailers, 2 messages, with its text'),
  'client-stream': all(ONE),
  'unknown-method': [
    ...(['UNIMPLEMENTED in headers', 'UNIMPLEMENTED in headers'] as const),
    ...(['UNIMPLEMENTED in headers', 'HTTP 404'] as const),
  ],
  // The client in grpcwebproxy takes 4 MiB, as gRPC does by default.
  large: [ONE, 'RESOURCE_EXHAUSTED in headers', ONE, ONE],
  metadata: [
    'text, binary; also x-grpc-web, origin, x-forwarded-for, x-request-id',
    'text, binary; also x-grpc-web, origin',
    'text, binary; also nothing',
    'text, binary; also x-grpc-web, origin',
  ],
  deadline: all('arrives'),
  'deadline-passes': [
    ...(['DEADLINE_EXCEEDED in headers', 'DEADLINE_EXCEEDED in headers'] as const),
    ...(['DEADLINE_EXCEEDED in headers', 'DEADLINE_EXCEEDED in trailers'] as const),
  ],
  // @grpc-web/proxy closes its HTTP/2 session gracefully, which lets the call go on.
  cancel: [
    ...(['the call ends at the service', 'the call ends at the service'] as const),
    ...(['the service goes on', 'the call ends at the service'] as const),
  ],
  'one-by-one': all('arrives at once'),
  preflight: ['allowed, HTTP 200', 'allowed, HTTP 200', 'allowed, HTTP 204', 'allowed, HTTP 204'],
  'preflight-other': ['refused, HTTP 200', 'refused, HTTP 200', 'refused, HTTP 204', 'refused, HTTP 204'],
  // Details of errors are lost on pages of other origins.
  readable: [
    'all of it',
    'status, message; with credentials',
    'status, message; with credentials',
    'all of it',
  ],
  'call-of-other': all('HTTP 200, and the browser hides it'),
}

const WAYS = ['envoy', 'go-proxy', 'node-proxy', 'connect']

/** What a probe is known to find on a way; undefined for an unknown one. */
export function expectedOf(probe: string, way: string): string | undefined {
  return KNOWN[probe]?.[WAYS.indexOf(way)]
}
