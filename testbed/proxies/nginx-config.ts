// The configuration of an NGINX that passes gRPC calls on to backends.
// https://nginx.org/en/docs/http/ngx_http_grpc_module.html

import type { ProxiedBackend } from './proxy.ts'

export interface NginxSettings {
  readonly backends: readonly ProxiedBackend[]
  /** `web` passes HTTP/1.1 on, such as calls of gRPC-Web. Default: gRPC. */
  readonly passes?: 'grpc' | 'web'
  /**
   * How many idle connections to backends each worker keeps for later calls; 0 for none, which is the default before NGINX 1.29.7:
   * then each call opens a connection of its own.
   */
  readonly keepAlive: number
  /** Default: 1. Each worker has its own round-robin state and its own connections. */
  readonly workers?: number
  /** Parameters of each backend, such as `max_fails=0`. Default: none, by which one failure takes a backend out for ten seconds. */
  readonly backendParameters?: string
  /** Further directives of the location, such as `{ grpc_read_timeout: '1s' }`. Default: none, so that NGINX's own defaults hold. */
  readonly location?: Readonly<Record<string, string>>
  /** Further directives of the server, such as `{ keepalive_requests: '100' }`. */
  readonly server?: Readonly<Record<string, string>>
}

/** @param address where it listens, `HOST:PORT`; @param user runs the workers, where NGINX is started by root */
export function nginxConfig(
  {
    backends,
    passes = 'grpc',
    keepAlive,
    workers = 1,
    backendParameters = '',
    location = {},
    server = {},
  }: NginxSettings,
  { address, user }: { readonly address: string; readonly user?: string },
): string {
  const lines = (directives: Readonly<Record<string, string>>) =>
    Object.entries(directives).map(([name, value]) => `${name} ${value};`)
  return [
    ...(user === undefined ? [] : [`user ${user};`]),
    'daemon off;',
    `worker_processes ${workers};`,
    'pid nginx.pid;',
    'error_log stderr notice;',
    'events { worker_connections 4096; }',
    'http {',
    'access_log off;',
    // Below the prefix folder; the compiled-in folders belong to the system's NGINX.
    ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${kind};`),
    'upstream backends {',
    ...backends.map(({ address }) => `server ${address} ${backendParameters};`),
    ...(keepAlive > 0 ? [`keepalive ${keepAlive};`] : []),
    '}',
    'server {',
    `listen ${address}${passes === 'grpc' ? ' http2' : ''};`,
    ...lines(server),
    'location / {',
    ...(passes === 'grpc'
      ? ['grpc_pass grpc://backends;']
      : ['proxy_pass http://backends;', 'proxy_set_header Connection "";']),
    ...lines(location),
    '}',
    '}',
    '}',
    '',
  ].join('\n')
}
