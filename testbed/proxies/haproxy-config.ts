// The configuration of an HAProxy that passes gRPC calls on to backends, HTTP/2 on both sides.
// https://docs.haproxy.org/2.6/configuration.html

import type { ProxiedBackend } from './proxy.ts'

export interface HaproxySettings {
  readonly backends: readonly ProxiedBackend[]
  readonly balance: 'roundrobin' | 'leastconn'
  /**
   * Whether calls of one client may use connections to backends that were opened for another. HAProxy's default is `safe`: the first
   * call of each client connection does not.
   */
  readonly reuse?: 'never' | 'safe' | 'aggressive' | 'always'
  /** Default: 1. */
  readonly threads?: number
  /** Timeouts by their names, such as `{ server: '1s' }`; default 5 s for `connect`, 60 s for `client` and `server`. */
  readonly timeouts?: Readonly<Record<string, string>>
  /** Further lines of the backend section, such as `option redispatch 1`. */
  readonly backendLines?: readonly string[]
}

const TIMEOUTS = { connect: '5s', client: '60s', server: '60s' }

/** @param address where it listens, `HOST:PORT`; @param socket the path of its stats socket */
export function haproxyConfig(
  { backends, balance, reuse = 'safe', threads = 1, timeouts, backendLines = [] }: HaproxySettings,
  { address, socket }: { readonly address: string; readonly socket: string },
): string {
  return [
    'global',
    `nbthread ${threads}`,
    `stats socket ${socket} mode 600 level admin`,
    'log stdout format raw daemon notice',
    'defaults',
    'mode http',
    'log global',
    ...Object.entries({ ...TIMEOUTS, ...timeouts }).map(([name, value]) => `timeout ${name} ${value}`),
    `http-reuse ${reuse}`,
    'frontend grpc',
    `bind ${address} proto h2`,
    'default_backend backends',
    'backend backends',
    `balance ${balance}`,
    ...backendLines,
    ...backends.map(({ id, address }) => `server ${id} ${address} proto h2`),
    '',
  ].join('\n')
}
