// What a client makes of HTTP answers that no gRPC server has written.
// https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md

import { status } from '@grpc/grpc-js'

/** HTTP statuses with what gRPC's document says for them: UNKNOWN for all that it does not name. */
export const HTTP_ANSWERS: readonly { readonly http: number; readonly code: status; readonly who: string }[] =
  [
    { http: 302, code: status.UNKNOWN, who: 'a login page in front of the service' },
    { http: 400, code: status.INTERNAL, who: 'a proxy that finds the request malformed' },
    { http: 401, code: status.UNAUTHENTICATED, who: 'a gateway without a token in the call' },
    { http: 403, code: status.PERMISSION_DENIED, who: 'a firewall for web applications' },
    { http: 404, code: status.UNIMPLEMENTED, who: 'a web server that does not know the path' },
    { http: 413, code: status.UNKNOWN, who: 'a proxy with a limit of body sizes' },
    { http: 429, code: status.UNAVAILABLE, who: 'a gateway with a rate limit' },
    { http: 500, code: status.UNKNOWN, who: 'a web framework with a bug' },
    { http: 502, code: status.UNAVAILABLE, who: 'a proxy whose upstream is broken' },
    { http: 503, code: status.UNAVAILABLE, who: 'a proxy without an upstream' },
    { http: 504, code: status.UNAVAILABLE, who: 'a proxy whose upstream is late' },
  ]
