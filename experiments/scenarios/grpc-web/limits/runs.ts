// The runs of the chapter.

import { facts } from '../../../../harness/facts.ts'
import { NEEDS_NGINX } from '../../../../harness/needs.ts'
import type { Results } from '../../../../harness/results.ts'
import type { Run, RunContext } from '../../../../harness/scenario.ts'
import { NEEDS_CHROMIUM, type WebBed, webBedOf } from '../bed/web-bed.ts'
import { FLAVOURS, type Flavour, type RawAnswer } from '../lab/lab-types.ts'
import { type NginxFound, streamBehindNginx } from './buffering.ts'
import { CONNECTIONS, openStreams, type StreamsFound } from './connections.ts'
import { type IdleFound, waitForIdleTimeout } from './idle.ts'
import {
  type FetchStreamTry,
  KINDS,
  type StreamKind,
  type StreamTry,
  streamByFetch,
  streamByFetchInPlaintext,
  tryStreaming,
} from './streaming.ts'
import { type AnswerName, bytesOfAnswers } from './trailers.ts'
import { chat, type SocketFound, streamBySocket, type UploadFound, uploadInChunks } from './workarounds.ts'

export interface TriesFound {
  readonly flavour: Flavour
  readonly kind: StreamKind
  readonly found: StreamTry
}

/** What each run finds. */
export interface LimitsFound {
  tries: readonly TriesFound[]
  'fetch-streams': {
    readonly hasThem: boolean
    readonly overHttp2: Readonly<Record<StreamKind, FetchStreamTry>>
    /** To the page, and in the developer tools. */
    readonly overHttp1: readonly [string, string]
    readonly fullDuplex: string
  }
  chat: readonly (readonly string[])[]
  upload: UploadFound
  socket: SocketFound
  trailers: Readonly<Record<AnswerName, RawAnswer>>
  connections: { readonly plaintext: StreamsFound; readonly tls: StreamsFound }
  idle: Readonly<Record<Flavour, IdleFound>>
  nginx: NginxFound
}

type Measures = {
  readonly [N in keyof LimitsFound]: (bed: WebBed, context: RunContext) => Promise<LimitsFound[N]>
}

const MEASURES: Measures = {
  async tries({ lab, echo, urls }) {
    const all: TriesFound[] = []
    for (const flavour of FLAVOURS.filter((one) => one !== 'grpc-web binary')) {
      for (const kind of KINDS) {
        all.push({ flavour, kind, found: await tryStreaming(lab, echo, { flavour, kind, url: urls.TLS }) })
      }
    }
    return all
  },

  async 'fetch-streams'({ lab, echo, urls }) {
    return {
      hasThem: await lab.run('hasFetchStreams'),
      overHttp2: {
        clientStream: await streamByFetch(lab, echo, { kind: 'clientStream', url: urls.TLS }),
        bidirectional: await streamByFetch(lab, echo, { kind: 'bidirectional', url: urls.TLS }),
      },
      overHttp1: await streamByFetchInPlaintext(lab, urls.plaintext),
      fullDuplex: await lab.run('tryFullDuplex'),
    }
  },

  chat,
  upload: uploadInChunks,
  socket: streamBySocket,
  trailers: ({ lab, urls }) => bytesOfAnswers(lab, urls.plaintext),

  connections: async (bed) => ({
    plaintext: await openStreams(bed, { url: bed.urls.plaintext, name: 'plain', expected: CONNECTIONS }),
    tls: await openStreams(bed, { url: bed.urls.TLS, name: 'tls' }),
  }),

  idle: waitForIdleTimeout,
  nginx: streamBehindNginx,
}

const TITLES: Readonly<Record<keyof LimitsFound, string>> = {
  tries: 'client and bidirectional streaming, tried',
  'fetch-streams': 'a request that streams, by fetch',
  chat: 'a chat: server stream and unary calls',
  upload: 'an upload in chunks',
  socket: 'a WebSocket bridge',
  trailers: 'the bytes of answers',
  connections: 'many streams of one page',
  idle: 'a stream on which nothing moves',
  nginx: 'a stream behind an NGINX',
}

const FOUND = 'found'

export const LIMITS_RUNS: readonly Run[] = (Object.keys(MEASURES) as (keyof LimitsFound)[]).map((name) => ({
  id: `limits.${name}`,
  labels: { limit: TITLES[name] },
  needs: name === 'nginx' ? [NEEDS_CHROMIUM, NEEDS_NGINX] : [NEEDS_CHROMIUM],
  ...{ rounds: 1, seconds: 2 },
  measure: async (context: RunContext) =>
    facts({ texts: { [FOUND]: JSON.stringify(await MEASURES[name](await webBedOf(context), context)) } }),
}))

/** What a run found; undefined if it was not measured. */
export function limitsOf<N extends keyof LimitsFound>(results: Results, name: N): LimitsFound[N] | undefined {
  const text = results.runs.find(({ id }) => id === `limits.${name}`)?.measured?.texts?.[FOUND]
  return text === undefined ? undefined : (JSON.parse(text) as LimitsFound[N])
}
