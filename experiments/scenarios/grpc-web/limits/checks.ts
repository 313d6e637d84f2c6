// What must hold of the limits and of the ways around them.

import { check, type Finding } from '../../../../harness/check.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { FLAVOURS, type RawAnswer } from '../lab/lab-types.ts'
import { CONNECTIONS } from './connections.ts'
import { type LimitsFound, limitsOf } from './runs.ts'
import { statusIn } from './taken-apart.ts'

export function limitsChecks(results: Results): readonly Check[] {
  const of = <N extends keyof LimitsFound>(
    name: N,
    findings: (found: LimitsFound[N]) => readonly Finding[],
  ): readonly Finding[] => {
    const found = limitsOf(results, name)
    return found === undefined ? [] : findings(found)
  }
  return [
    check(
      'O3.5',
      'connect-web refuses to stream requests; grpc-web sends one message and drops the others',
      of('tries', tries),
    ),
    check(
      'O3.5',
      'A request that streams by fetch is client streaming over HTTP/2, and fails over HTTP/1.1',
      of('fetch-streams', fetchStreams),
    ),
    check(
      'O3.5',
      'The browser shows no answer before the end of the request: no bidirectional streaming',
      of('fetch-streams', halfDuplex),
    ),
    check(
      'O3.6',
      'A server stream and unary calls make a chat: both tabs see all messages in one order',
      of('chat', chat),
    ),
    check('O3.6', 'What is too large for one message arrives in chunks, unchanged', of('upload', upload)),
    check(
      'O3.6',
      'A WebSocket bridge gives bidirectional streams, with half-close, status and cancellation, to its own pages only',
      of('socket', socket),
    ),
    check(
      'O3.6',
      'Trailers are the last frame of the body, and headers of an answer without a body',
      of('trailers', trailers),
    ),
    check(
      'O3.6',
      `Over HTTP/1.1 a page has ${CONNECTIONS} streams at a time, over HTTP/2 all`,
      of('connections', connections),
    ),
    check(
      'O3.6',
      'A proxy that ends an idle stream leaves a page without a status; where it may be idle, the stream goes on',
      of('idle', idle),
    ),
    check(
      'O3.6',
      'An NGINX passes on each message over HTTP/1.1, keeps a stream from a page if it compresses and buffers, and with nothing set no call gets through',
      of('nginx', nginx),
    ),
  ]
}

function tries(found: LimitsFound['tries']): readonly Finding[] {
  return found.map(({ flavour, kind, found: { answer, received } }) => ({
    fact: `${flavour}, ${kind}: ${answer}${received ? `, and the service got ${received.join(', ')}` : ''}`,
    holds:
      flavour === 'connect-web'
        ? received === undefined && answer.includes('does not support streaming request bodies')
        : received?.join() === 'one',
  }))
}

function fetchStreams({ hasThem, overHttp2, overHttp1 }: LimitsFound['fetch-streams']): readonly Finding[] {
  const { received, status, protocol, messages } = overHttp2.clientStream
  return [
    { fact: `this browser ${hasThem ? 'has' : 'lacks'} streams in requests`, holds: hasThem },
    {
      fact: `over ${protocol}, the service got ${received.join(', ')}, each before the next was sent: ${status}`,
      holds: protocol === 'h2' && received.length === 3 && status === 'grpc-status 0' && messages === 1,
    },
    {
      fact: `over HTTP/1.1: ${overHttp1.join(', in the developer tools ')}`,
      holds:
        overHttp1[1] === 'net::ERR_ALPN_NEGOTIATION_FAILED' ||
        overHttp1[1] === 'net::ERR_H2_OR_QUIC_REQUIRED',
    },
  ]
}

function halfDuplex({
  overHttp2: { bidirectional },
  fullDuplex,
}: LimitsFound['fetch-streams']): readonly Finding[] {
  const { before, messages } = bidirectional
  return [
    {
      fact: `of ${messages} answers, the page had ${before} when its request had not ended`,
      holds: before === 0 && messages === 3,
    },
    { fact: `duplex: 'full' gives ${fullDuplex}`, holds: fullDuplex.startsWith('TypeError') },
  ]
}

function chat([alice = [], bob = []]: LimitsFound['chat']): readonly Finding[] {
  return [{ fact: `${alice.join(', ')}`, holds: alice.length === 4 && alice.join() === bob.join() }]
}

function upload({ chunks, isWhole, atOnce }: LimitsFound['upload']): readonly Finding[] {
  return [
    {
      fact: `${chunks} chunks, and the service ${isWhole ? 'has' : 'does not have'} the same bytes`,
      holds: isWhole,
    },
    {
      fact: `as one message: ${atOnce}`,
      holds: typeof atOnce === 'string' && atOnce.includes('invalid_argument'),
    },
  ]
}

function socket({ answers, end, isCancelled, stranger }: LimitsFound['socket']): readonly Finding[] {
  return [
    { fact: `answers one by one: ${answers.join(', ')}`, holds: answers.join() === 'ping,pong,ping again' },
    { fact: `it ended with ${end.code} (4000 plus the gRPC status)`, holds: end.code === 4000 },
    { fact: 'the service saw that a page closed its socket', holds: isCancelled },
    { fact: `a page of another origin: ${stranger}`, holds: stranger.includes('no bridge answers') },
  ]
}

function trailers(found: LimitsFound['trailers']): readonly Finding[] {
  const expected: Readonly<Record<keyof typeof found, string>> = {
    'one message': 'the body',
    'the same as text': 'the body',
    'an error': 'the body',
    'an error without headers before it': 'the headers',
    'gRPC itself, asked for by a page': 'nowhere',
  }
  return Object.entries(found).map(([name, answer]: [string, RawAnswer]) => {
    const where = statusIn(answer)
    return { fact: `${name}: status in ${where}`, holds: where === expected[name as keyof typeof found] }
  })
}

function connections({ plaintext, tls }: LimitsFound['connections']): readonly Finding[] {
  return [
    {
      fact: `over HTTP/1.1, ${plaintext.reached} of ${plaintext.opened} reached the service, the others when streams ended`,
      holds: plaintext.reached === CONNECTIONS && plaintext.othersCame,
    },
    { fact: `over HTTP/2, ${tls.reached} of ${tls.opened}`, holds: tls.reached === tls.opened },
  ]
}

function idle(found: LimitsFound['idle']): readonly Finding[] {
  return FLAVOURS.flatMap((flavour) => {
    const { short, long } = found[flavour]
    return [
      { fact: `${flavour}: ${short.code} ${short.text}`, holds: short.code === 2 },
      {
        fact: `${flavour}, its twin: ${long.messages.length} messages`,
        holds: long.code === 0 && long.messages.length === 2,
      },
    ]
  })
}

function nginx({ unset, streams }: LimitsFound['nginx']): readonly Finding[] {
  return [
    { fact: `with nothing set: HTTP ${unset.http}, status ${unset.code}`, holds: unset.http === 426 },
    ...Object.entries(streams).map(([setting, { arrivedAtOnce, messages, code }]) => ({
      fact: `${setting}: the first of ${messages} messages comes ${arrivedAtOnce ? 'at once' : 'only at the end'}`,
      holds: arrivedAtOnce === (setting !== 'HTTP/1.1 and gzip') && messages === 2 && code === 0,
    })),
  ]
}
