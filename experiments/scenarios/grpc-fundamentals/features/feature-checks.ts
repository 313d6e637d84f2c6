// What must hold of the examples.

import { check, type Finding } from '../../../../harness/check.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { COMPRESSION, INTERCEPTORS, KEEPALIVE, METADATA, WAIT_FOR_READY } from './examples.ts'
import { PINGED } from './pinged-servers.ts'

const ROW = 'O1.11'

export function featureChecks(results: Results): readonly Check[] {
  return [
    check(
      ROW,
      'Interceptors see every call, and one of a server can end it before its handler',
      interceptors(results),
    ),
    check(ROW, 'Bytes in metadata arrive as they were, and too much metadata ends a call', metadata(results)),
    check(ROW, 'Compression makes text small on the wire, and a call can do without', compression(results)),
    check(
      ROW,
      'With wait-for-ready a call waits for a server, and without it fails at once',
      waiting(results),
    ),
    check(ROW, 'Keepalive notices a peer that went silent', keepalive(results)),
    check(ROW, 'Servers of the C core and of Go stop a client that pings too often', pings(results)),
  ]
}

function interceptors(results: Results): readonly Finding[] {
  const seen = INTERCEPTORS.seenIn(results)
  if (seen === undefined) return []
  return [{ fact: `the handler ran ${seen.handled} time for 2 calls`, holds: seen.handled === 1 }]
}

function metadata(results: Results): readonly Finding[] {
  return Object.entries(METADATA).flatMap(([way, example]) => {
    const seen = example.seenIn(results)
    if (seen === undefined) return []
    const bytes = seen.atServer['sent-bytes-bin']?.join() ?? 'nothing'
    const largest = Object.values(seen.sizes).at(-1) ?? ''
    return [
      { fact: `${way}: ${bytes}`, holds: bytes === 'bytes 00017f80ff' },
      { fact: `${way}: 256 KiB end with ${largest}`, holds: largest !== 'OK' },
    ]
  })
}

function compression(results: Results): readonly Finding[] {
  return (COMPRESSION.seenIn(results) ?? []).slice(0, 1).flatMap(({ message, plain, gzip, exempt }) => [
    { fact: `${message}: ${plain} bytes without, ${gzip} with gzip`, holds: gzip * 20 < plain },
    { fact: `${exempt} in a call that does without`, holds: exempt * 2 > plain },
  ])
}

function waiting(results: Results): readonly Finding[] {
  const seen = WAIT_FOR_READY.seenIn(results)
  if (seen === undefined) return []
  const { failFast, waiting: waited, inVain } = seen
  return [
    { fact: `without: ${failFast.status}`, holds: failFast.status === 'UNAVAILABLE' },
    { fact: `with it: ${waited.status}`, holds: waited.status === 'OK' },
    {
      fact: `with it and a deadline, in vain: ${inVain.status}`,
      holds: inVain.status === 'DEADLINE_EXCEEDED',
    },
  ]
}

function keepalive(results: Results): readonly Finding[] {
  const seen = KEEPALIVE.seenIn(results)
  if (seen === undefined) return []
  const { withPings, without } = seen
  return [
    {
      fact: `with keepalive: ${withPings.status} after ${withPings.ms.toFixed(0)} ms`,
      holds: withPings.status === 'UNAVAILABLE',
    },
    {
      fact: `without: ${without.status ?? 'nothing'} after ${without.ms.toFixed(0)} ms`,
      holds: without.status === undefined,
    },
  ]
}

/** Other servers may answer as they like: the report says how they do. */
function pings(results: Results): readonly Finding[] {
  const strict = PINGED.filter(({ title }) => title.startsWith('gRPC for'))
  return strict.flatMap(({ title, example }) => {
    const seen = example.seenIn(results)
    if (seen === undefined) return []
    const code = seen.goAway?.code ?? 'no GOAWAY'
    return [{ fact: `${title}: ${code} after ${seen.answered} pings`, holds: code === 'ENHANCE_YOUR_CALM' }]
  })
}
