// What the report shows of the limits.

import type { Section, TableSection } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { FLAVOURS } from '../lab/lab-types.ts'
import { type LimitsFound, limitsOf } from './runs.ts'
import { bytesOf, frameCountOf, statusIn, textOf } from './taken-apart.ts'
import { ANSWER_NAMES } from './trailers.ts'

export function limitsSections(results: Results): readonly Section[] {
  const of = <N extends keyof LimitsFound>(
    name: N,
    toSections: (found: LimitsFound[N]) => readonly Section[],
  ) => {
    const found = limitsOf(results, name)
    return found === undefined ? [] : toSections(found)
  }
  return [
    ...of('trailers', trailers),
    ...streaming(results),
    ...workarounds(results),
    ...of('connections', connections),
    ...of('idle', idle),
    ...of('nginx', nginx),
  ]
}

function table(
  title: string,
  says: string,
  columns: readonly string[],
  rows: TableSection['rows'],
): TableSection {
  return { kind: 'table', title, says, columns: columns.map((one) => ({ title: one })), rows }
}

function trailers(found: LimitsFound['trailers']): readonly Section[] {
  return [
    {
      kind: 'bytes',
      title: 'Trailers in the body, byte by byte',
      says: 'gRPC ends a call with trailers: HTTP headers after the body, which `fetch` never shows to a page. So gRPC-Web writes them into the body, as one more frame. Its first byte has the highest bit set (`80` instead of `00`), then comes the length, then text as in HTTP/1.1. An error has no message: its body is trailers alone.',
      messages: (['one message', 'an error'] as const).map((name) =>
        bytesOf(found[name], name === 'an error' ? 'the answer “no hi”, status 5' : 'the answer to “hi”'),
      ),
    },
    table(
      'Where a page finds the status',
      `The same body as text is base64, here ${textOf(found['the same as text'])?.length ?? 0} characters, and \`=\` may stand in its middle, because a proxy encodes what it has when it sends it. An error that a service gives before its headers is an answer **without a body**: then the status is in headers, and CORS has to expose \`grpc-status\` and \`grpc-message\`. Asked for gRPC itself, the proxy passes messages on, and the page waits for a status in vain: **a browser hides trailers**.`,
      ['answer', 'content-type', 'frames', 'status in'],
      ANSWER_NAMES.map((name) => [
        name,
        found[name].headers['content-type'],
        frameCountOf(found[name]),
        statusIn(found[name]),
      ]),
    ),
  ]
}

function streaming(results: Results): readonly Section[] {
  const [tries, fetched] = [limitsOf(results, 'tries'), limitsOf(results, 'fetch-streams')]
  const rows = [
    ...(tries ?? []).map(({ flavour, kind, found: { answer, received } }) => [
      flavour,
      kind,
      answer,
      received === undefined ? 'no call' : received.join(', '),
    ]),
    ...(fetched
      ? [
          ...(['clientStream', 'bidirectional'] as const).map((kind) => {
            const { protocol, status, before, messages, received } = fetched.overHttp2[kind]
            const answer = `${status}; of ${messages} answers ${before} before the end of the request`
            return [`fetch with a stream as body, ${protocol}`, kind, answer, received.join(', ')]
          }),
          [
            'fetch with a stream as body, HTTP/1.1',
            'clientStream',
            fetched.overHttp1.join(', in the developer tools '),
            'no call',
          ],
          ["fetch with duplex: 'full'", 'bidirectional', fetched.fullDuplex, 'no call'],
        ]
      : []),
  ]
  if (rows.length === 0) return []
  return [
    table(
      'A try to stream requests',
      'The page wants to send “one”, “two” and “three” in one call. connect-web refuses; grpc-web has no types for it, and with a cast **sends the first message and ends the call**: a bug that no error shows. `fetch` can stream a request in Chromium, over HTTP/2 and HTTP/3 only. The frames are those of gRPC, so Envoy passes them on, and it is **client streaming**: the service had each message before the page sent the next. It is no more than that: `half` is the only duplex there is, so that answers come when the request has ended.',
      ['client', 'kind of call', 'what the page gets', 'what the service gets'],
      rows,
    ),
  ]
}

function workarounds(results: Results): readonly Section[] {
  const [chat, upload, socket] = [
    limitsOf(results, 'chat'),
    limitsOf(results, 'upload'),
    limitsOf(results, 'socket'),
  ]
  const rows = [
    ...(chat
      ? [
          [
            'server stream and unary calls',
            'a chat of two tabs',
            chat[0]?.join(', '),
            'an order, which the service has to give',
          ],
        ]
      : []),
    ...(upload
      ? [
          [
            'chunks by unary calls',
            `an upload of ${upload.chunks} chunks, four at a time`,
            upload.isWhole ? 'the service has the same bytes' : 'the service has other bytes',
            'one call, and its backpressure',
          ],
        ]
      : []),
    ...(socket
      ? [
          [
            'a WebSocket bridge',
            'a bidirectional stream, answer by answer',
            `${socket.answers.join(', ')}; closed with ${socket.end.code}`,
            'headers, CORS (the bridge looks at the origin itself), one status for all proxies',
          ],
        ]
      : []),
  ]
  if (rows.length === 0) return []
  const title = 'What works instead'
  const says = `Each was run here with real calls.${upload ? ` As one message the upload gives: ${upload.atOnce}.` : ''} A chunk has a key of its own, so that it may be sent again.${socket ? ` A page of another origin gets no socket: the bridge answers 403, and the page sees “${socket.stranger.replace(/ at ws:.*/, '')}”.` : ''}`
  return [table(title, says, ['way', 'what was run', 'what came of it', 'what it lacks'], rows)]
}

function connections({ plaintext, tls }: LimitsFound['connections']): readonly Section[] {
  return [
    {
      kind: 'bars',
      title: 'Streams of a page at a time',
      unit: 'streams',
      says: `A page opens ${plaintext.opened} server streams at once. In plaintext a browser speaks HTTP/1.1, where a stream takes a whole connection, and there are six to a host, for all tabs together: **${plaintext.reached}** reach the service, and all other calls to that host wait too, unary ones included. Over HTTP/2 all **${tls.reached}** share one connection.`,
      bars: [
        { label: 'HTTP/1.1 (plaintext)', values: [plaintext.reached] },
        { label: 'HTTP/2 (TLS)', values: [tls.reached] },
      ],
    },
  ]
}

function idle(found: LimitsFound['idle']): readonly Section[] {
  return [
    table(
      'A stream on which nothing moves',
      'The service sends one message and then none. After the idle time of the proxy (`timeouts.streamIdle`, 1 s here) Envoy cuts the stream, **without a status**: by then the headers are sent. To a page it is a broken network, and grpc-web’s text blames a “400 or 500 level”, though the answer had begun with 200. Behind the other proxy, with the default of an hour, the same stream goes on.',
      ['client', 'after 1 s without a message', 'messages it kept', 'with an hour'],
      FLAVOURS.map((flavour) => {
        const { short, long } = found[flavour]
        return [
          flavour,
          `${short.code}: ${short.text}`,
          short.messages.length,
          `${long.messages.length} messages, status ${long.code}`,
        ]
      }),
    ),
  ]
}

function nginx({ unset, streams }: LimitsFound['nginx']): readonly Section[] {
  return [
    table(
      'A stream behind an NGINX',
      `An NGINX stands between the page and the Envoy. With nothing set it speaks HTTP/1.0 to it, and Envoy answers **${unset.http}**: set \`proxy_http_version 1.1\`. Then the service sends one message and holds the second back. NGINX’s documentation says that it collects answers (\`proxy_buffering\` is on by default), but an answer in chunks, as Envoy’s are, is passed on chunk by chunk. What does collect is \`gzip\`: **the page sees nothing of a stream that goes on**, and no error. \`proxy_buffering off\` makes it flush.`,
      ['NGINX', 'the first message, while the service holds the second back', 'messages in the end'],
      Object.entries(streams).map(([setting, { arrivedAtOnce, messages }]) => [
        setting,
        arrivedAtOnce ? 'has arrived' : 'has not arrived',
        messages,
      ]),
    ),
  ]
}
