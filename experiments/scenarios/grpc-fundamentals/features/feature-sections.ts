// What the report shows of the examples.

import type { Section } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { COMPRESSION, INTERCEPTORS, KEEPALIVE, WAIT_FOR_READY } from './examples.ts'
import { metadataSections } from './metadata-sections.ts'
import { PINGED } from './pinged-servers.ts'

export function featureSections(results: Results): readonly Section[] {
  return [
    ...interceptors(results),
    ...metadataSections(results),
    ...compression(results),
    ...waitForReady(results),
    ...keepalive(results),
    ...pings(results),
  ]
}

function interceptors(results: Results): readonly Section[] {
  const seen = INTERCEPTORS.seenIn(results)
  if (seen === undefined) return []
  const { allowed, denied } = seen
  return [
    {
      ...{ kind: 'table', title: 'Interceptors: what every call needs, in one place' },
      says: `Interceptors stand around calls of all kinds and methods. The client's add an id to each call and time it; the server's end calls without an id and note how each ended. The second call has no id: the gate ends it, and its handler never runs. **The first in the list is outermost**: it sees a call first and its status last, so an audit log belongs before a gate. The program: \`npm run example grpc-patterns interceptors\`.`,
      columns: [{ title: '' }, { title: 'a call with an id' }, { title: 'a call without' }],
      rows: Array.from({ length: Math.max(allowed.length, denied.length) }, (_, index) => [
        index + 1,
        allowed[index],
        denied[index],
      ]),
    },
  ]
}

function compression(results: Results): readonly Section[] {
  const seen = COMPRESSION.seenIn(results)
  if (seen === undefined) return []
  const of = (at: number) => seen[at] ?? { plain: 0, gzip: 0 }
  const [text, random, tiny] = [of(0), of(1), of(2)]
  return [
    {
      ...{ kind: 'table', title: 'Compression: bytes on the wire' },
      says: `A relay between client and server counts the bytes of a call, with all its frames. Gzip makes repetitive text ${(text.plain / text.gzip).toFixed(0)} times smaller, random bytes (as in pictures and encrypted data) ${random.gzip - random.plain < 0 ? 'no smaller to speak of' : `${random.gzip - random.plain} bytes larger`}, and a tiny message ${tiny.gzip - tiny.plain} bytes larger. A channel has one algorithm; the fourth column is a call that does without it on the channel that compresses. **grpc-js does not compress answers**, whatever the client accepts. Where secrets and text of others share a message, compression leaks (CRIME): do without. The program: \`npm run example grpc-patterns compression\`.`,
      columns: [
        { title: 'message' },
        { title: 'as it is', unit: 'bytes', decimals: 0 },
        { title: 'with gzip', unit: 'bytes', decimals: 0 },
        { title: 'a call without gzip', unit: 'bytes', decimals: 0 },
        { title: 'answer to gzip', unit: 'bytes', decimals: 0 },
      ],
      rows: seen.map(({ message, plain, gzip, exempt, answer }) => [message, plain, gzip, exempt, answer]),
    },
  ]
}

function waitForReady(results: Results): readonly Section[] {
  const seen = WAIT_FOR_READY.seenIn(results)
  if (seen === undefined) return []
  const row = (title: string, { status, ms, details }: typeof seen.failFast) => [title, status, ms, details]
  return [
    {
      ...{ kind: 'table', title: 'Wait-for-ready: a server that is not there yet' },
      says: `By default a call fails as soon as the connection does: a program that starts before its server gets UNAVAILABLE. With wait-for-ready the call stays in the client until there is a connection, here for a server that starts ${seen.lateMs} ms later. It waits for ever if nobody comes: **set a deadline with it, always**. It does not help with a server that answers UNAVAILABLE; that is what retries are for. The program: \`npm run example grpc-patterns wait-for-ready\`.`,
      columns: [
        { title: 'call' },
        { title: 'status' },
        { title: 'after', unit: 'ms', decimals: 0 },
        { title: 'text' },
      ],
      rows: [
        row('default', seen.failFast),
        row('wait-for-ready, the server comes', seen.waiting),
        row('wait-for-ready with a deadline, nobody comes', seen.inVain),
      ],
    },
  ]
}

function keepalive(results: Results): readonly Section[] {
  const seen = KEEPALIVE.seenIn(results)
  if (seen === undefined) return []
  const row = (title: string, { status, ms, details }: typeof seen.without) => [
    title,
    status ?? 'nothing noticed',
    ms,
    details,
  ]
  return [
    {
      ...{ kind: 'table', title: 'Keepalive: a peer that went silent' },
      says: 'A stream is open when the network between client and server stops passing bytes, without closing anything: a pulled cable, a firewall that forgot the connection. TCP says nothing to a client that only waits. With keepalive the client sends a PING after 200 ms of silence and gives up after another 200 ms; both are far shorter here than they should be in practice. The program: `npm run example grpc-patterns keepalive`.',
      columns: [
        { title: 'client' },
        { title: 'status' },
        { title: 'after', unit: 'ms', decimals: 0 },
        { title: 'text' },
      ],
      rows: [
        row('with keepalive', seen.withPings),
        row('without (then the example stopped waiting)', seen.without),
      ],
    },
  ]
}

function pings(results: Results): readonly Section[] {
  const rows = PINGED.flatMap(({ title, example }) => {
    const seen = example.seenIn(results)
    if (seen === undefined) return []
    return [
      [
        title,
        seen.answered,
        seen.goAway ? `GOAWAY ${seen.goAway.code}` : 'nothing',
        seen.goAway?.data || undefined,
      ],
    ]
  })
  if (rows.length === 0) return []
  return [
    {
      ...{ kind: 'table', title: 'Too many pings' },
      says: 'A client without any call pings every 10 ms, up to 40 times. Servers of the C core and of Go allow a ping every five minutes by default; they count the others as strikes and end the connection with GOAWAY `ENHANCE_YOUR_CALM` and the text `too_many_pings`, and all its calls with it. grpc-js servers have no such rule. A client of grpc-js that gets it doubles its keepalive time. **Agree on the interval with whoever runs the server**, and ping without calls only if you must.',
      columns: [
        { title: 'server' },
        { title: 'pings answered', decimals: 0 },
        { title: 'then' },
        { title: 'its text' },
      ],
      rows,
    },
  ]
}
