// What a page sees of a stream behind an NGINX, which may collect answers before it passes them on.

import { join } from 'node:path'
import type { RunContext } from '../../../../harness/scenario.ts'
import { startNginx } from '../../../../testbed/proxies/nginx.ts'
import { HELD } from '../bed/followed-echo.ts'
import type { WebBed } from '../bed/web-bed.ts'

/** Settings of its location, by their titles in tables. */
const LOCATIONS = {
  'HTTP/1.1': { proxy_http_version: '1.1' },
  'HTTP/1.1 and gzip': {
    proxy_http_version: '1.1',
    gzip: 'on',
    gzip_types: 'application/grpc-web+proto',
    gzip_min_length: '0',
  },
  'HTTP/1.1, gzip, buffering off': {
    ...{
      proxy_http_version: '1.1',
      gzip: 'on',
      gzip_types: 'application/grpc-web+proto',
      gzip_min_length: '0',
    },
    proxy_buffering: 'off',
  },
} as const
export type NginxSetting = keyof typeof LOCATIONS

export interface BufferingFound {
  /** Whether the page had the first message while the service had not sent the second. */
  readonly arrivedAtOnce: boolean
  /** Messages in the end. */
  readonly messages: number
  readonly code: number
}

export interface NginxFound {
  /** What a unary call gives with nothing set: NGINX speaks HTTP/1.0 then. */
  readonly unset: { readonly http: number | undefined; readonly code: number }
  readonly streams: Readonly<Record<NginxSetting, BufferingFound>>
}

export async function streamBehindNginx(bed: WebBed, { group, folder }: RunContext): Promise<NginxFound> {
  let started = 0
  const start = async (location: Readonly<Record<string, string>>) => {
    started += 1
    const backends = [{ id: 'envoy', address: bed.target }]
    const { address } = await startNginx(group, join(folder, `nginx-${started}`), {
      ...{ backends, keepAlive: 0, passes: 'web', location },
    })
    return `http://${address}`
  }
  const unset = await callThrough(bed, await start({}), 'nginx, nothing set')
  const streams: [NginxSetting, BufferingFound][] = []
  for (const setting of Object.keys(LOCATIONS) as NginxSetting[]) {
    const url = await start(LOCATIONS[setting])
    streams.push([setting, await streamThrough(bed, url, `nginx, ${setting}`)])
  }
  return { unset, streams: Object.fromEntries(streams) as Record<NginxSetting, BufferingFound> }
}

async function callThrough({ lab }: WebBed, url: string, id: string): Promise<NginxFound['unset']> {
  const { code } = await lab.run('call', { flavour: 'connect-web', url, kind: 'unary', request: {}, id })
  const { httpStatus } = await lab.network.untilOver(id)
  // The preflight fails already.
  return { http: httpStatus ?? lab.network.preflightOf(id)?.httpStatus, code }
}

async function streamThrough({ lab, echo }: WebBed, url: string, id: string): Promise<BufferingFound> {
  const request = { message: HELD, count: 2 }
  const flavour = 'connect-web'
  const ended = lab.run('call', { flavour, url, kind: 'serverStream', request, id })
  echo.allow(id)
  await echo.untilSent(id, 1)
  // The answer of this call comes after the message: on one connection to the Envoy, and through one worker of each proxy.
  await lab.run('call', { flavour, url, kind: 'unary', request: {}, id: `${id}, after it` })
  await lab.settled()
  const arrivedAtOnce = lab.told(id, 'message').length > 0
  echo.allow(id)
  const { code, messages } = await ended
  return { arrivedAtOnce, messages: messages.length, code }
}
