// The ways in which a caller without a token may try to reach a method.

import type { OutgoingHttpHeaders } from 'node:http2'

/** One call over HTTP/2. Headers replace those of a gRPC call. */
export interface Probe {
  readonly path: string
  readonly headers: OutgoingHttpHeaders
}

const FORGED_TOKEN =
  'eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5pbnRlcm5hbCIsInN1YiI6ImFsaWNlIiwiYXVkIjoiZWNobyJ9.'

/**
 * @param method that they want to reach, such as `shop.v1.Cart/Pay`
 * @param open a method that needs no token
 */
export function probesOf(method: string, open: string): readonly Probe[] {
  const exact = `/${method}`
  const [service = '', name = ''] = method.split('/')
  const firstEncoded = `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`
  const paths = [
    ...[exact, `/${exact}`, `/.${exact}`, `${exact}/`, `${exact};x`, `${exact}#x`, `${exact}%00`],
    ...[
      `${exact}?`,
      `${exact}?access_token=${FORGED_TOKEN}`,
      `${exact}?/../${open}`,
      `/${service}%2f${name}`,
    ],
    ...[`/${service}/${firstEncoded}`, `/${service.toUpperCase()}/${name}`, `/${service}/../${exact}`],
    ...[`/${open}/../../${method}`, `/${open}/..%2f..%2f${method}`, `/${open}\\..\\..\\${method}`],
    ...[`/${open}/${method}`, `http://edge${exact}`, `*${exact}`, method],
  ]
  const headers: readonly OutgoingHttpHeaders[] = [
    { 'x-envoy-original-path': `/${open}` },
    { 'x-original-url': `/${open}`, 'x-rewrite-url': `/${open}` },
    { 'x-envoy-internal': 'true', 'x-forwarded-for': '127.0.0.1' },
    { 'x-forwarded-client-cert': 'URI=spiffe://switchyard/admin' },
    { 'x-user': 'admin', 'x-role': 'admin', 'x-jwt-payload': 'eyJzdWIiOiJhZG1pbiJ9' },
    { authorization: `Bearer ${FORGED_TOKEN}` },
    { authorization: '' },
    { ':authority': 'localhost' },
    { ':authority': 'edge:443', host: 'echo.internal' },
    { ':method': 'GET' },
    { ':method': 'PUT', 'x-http-method-override': 'POST' },
    { ':method': 'OPTIONS', origin: 'https://shop.example.com', 'access-control-request-method': 'POST' },
    { 'content-type': 'application/grpc-web+proto', 'x-grpc-web': '1' },
    { 'content-type': 'application/json', te: undefined },
    { 'content-type': 'application/grpc-web-text' },
    { 'grpc-encoding': 'gzip', 'grpc-accept-encoding': 'gzip' },
  ]
  return [
    ...paths.map((path) => ({ path, headers: {} })),
    ...headers.map((own) => ({ path: exact, headers: own })),
  ]
}
