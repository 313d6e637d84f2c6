// CORS: what each way tells a browser about pages of other origins.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { preflight } from '../wire/web-call.ts'
import { OTHER_PAGE, PAGE } from '../witness.ts'
import { callEcho, type Probe } from './probe.ts'

const METHOD = `${EchoService.typeName}/Unary`
const WANTED = ['content-type', 'x-grpc-web', 'grpc-timeout', 'authorization']
const STATUS = ['grpc-status', 'grpc-message', 'grpc-status-details-bin']

export const CORS_PROBES: readonly Probe[] = [
  {
    id: 'preflight',
    title: 'preflight of the page',
    ask: async ({ url }) => allows(await preflight({ url, method: METHOD }, PAGE, WANTED), PAGE),
  },
  {
    id: 'preflight-other',
    title: 'preflight of another origin',
    ask: async ({ url }) => allows(await preflight({ url, method: METHOD }, OTHER_PAGE, WANTED), OTHER_PAGE),
  },
  {
    id: 'readable',
    title: 'what the page may read of a status',
    ask: async (probed) => {
      const { headers } = await callEcho(probed, 'Unary', {}, { headers: { origin: PAGE } })
      const exposed = namesIn(headers['access-control-expose-headers'])
      const shown = STATUS.filter((name) => exposed.includes(name) || exposed.includes('*'))
      const credentials = headers['access-control-allow-credentials'] === 'true' ? '; with credentials' : ''
      if (headers['access-control-allow-origin'] === undefined) return 'nothing at all'
      const all = shown.length === STATUS.length
      return `${all ? 'all of it' : shown.map((name) => name.replace('grpc-', '')).join(', ') || 'only its trailers'}${credentials}`
    },
  },
  {
    id: 'call-of-other',
    title: 'a call of another origin',
    ask: async (probed) => {
      const { http, headers } = await callEcho(probed, 'Unary', {}, { headers: { origin: OTHER_PAGE } })
      const readable = isFor(headers['access-control-allow-origin'], OTHER_PAGE)
      return `HTTP ${http}, ${readable ? 'and the page may read it' : 'and the browser hides it'}`
    },
  },
]

interface Answered {
  readonly http: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

function allows({ http, headers }: Answered, origin: string): string {
  if (!isFor(headers['access-control-allow-origin'], origin)) return `refused, HTTP ${http}`
  const allowed = namesIn(headers['access-control-allow-headers'])
  const missing = allowed.includes('*') ? [] : WANTED.filter((name) => !allowed.includes(name))
  return missing.length === 0
    ? `allowed, HTTP ${http}`
    : `allowed without ${missing.join(', ')}, HTTP ${http}`
}

function isFor(allowed: string | string[] | undefined, origin: string): boolean {
  return allowed === origin || allowed === '*'
}

function namesIn(list: string | string[] | undefined): readonly string[] {
  return [list ?? []]
    .flat()
    .join(',')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
}
