// Each example shows what its page says.

import t from 'tap'
import { startExample } from '../../test/support/example-process.ts'
import { showCompression } from './compression.ts'
import { showInterceptors } from './interceptors.ts'
import { showKeepalive } from './keepalive.ts'
import { showMetadata } from './metadata.ts'
import { showWaitForReady } from './wait-for-ready.ts'

const silent = () => {}

t.test('O1.11: interceptors run in order, and a gate ends a call before its handler sees it', async (t) => {
  const { allowed, denied, handled } = await showInterceptors(silent)
  const names = (lines: readonly string[]) => lines.map((line) => line.replace(/, .*| \/.*/, ''))
  t.strictSame(names(allowed), [
    'client: clock started',
    'client: request id added',
    'server: gate open',
    'server: handler',
    'server: audit',
    'client: clock stopped',
  ])
  t.strictSame(names(denied), [
    'client: clock started',
    'server: gate closed',
    'server: audit',
    'client: clock stopped',
  ])
  t.match(denied.at(-1), 'INVALID_ARGUMENT')
  t.equal(handled, 1)
})

t.test(
  'O1.11: metadata keeps bytes, joins repeated keys of text, and ends a call that has too much',
  async (t) => {
    const { atServer, headers, trailers, rejected, sizes } = await showMetadata(silent)
    t.strictSame(atServer, {
      'sent-upper-case': ['keys are lower case on the wire'],
      'sent-twice': ['first, second'],
      'sent-bytes-bin': ['bytes 00017f80ff'],
      'sent-many-bin': ['bytes 61', 'bytes 62'],
    })
    t.ok(headers.includes('back-sent-twice'))
    t.notOk(headers.includes('rows-read'), 'a trailer is no header')
    t.ok(trailers.includes('rows-read'))
    for (const [what, error] of Object.entries(rejected)) t.not(error, 'accepted', what)
    t.match(sizes, { 1: 'OK', 48: 'OK', 256: /^RESOURCE_EXHAUSTED/ })
  },
)

t.test('O1.11: gzip makes text small, and random bytes and tiny messages larger', async (t) => {
  const [text, random, tiny] = await showCompression(silent)
  if (!text || !random || !tiny) return t.fail('three messages are sent')
  t.ok(text.gzip * 20 < text.plain, JSON.stringify(text))
  t.ok(text.exempt > 60_000, 'a call may do without')
  t.ok(text.answer > 60_000, 'grpc-js does not compress answers')
  t.ok(random.gzip > 64 * 1024, JSON.stringify(random))
  t.ok(tiny.gzip > tiny.exempt, JSON.stringify(tiny))
})

t.test('O1.11: a call fails at once without wait-for-ready, and waits with it', async (t) => {
  const { failFast, waiting, inVain, lateMs } = await showWaitForReady(silent)
  t.equal(failFast.status, 'UNAVAILABLE')
  t.equal(waiting.status, 'OK')
  t.ok(waiting.ms >= lateMs - 1)
  t.equal(inVain.status, 'DEADLINE_EXCEEDED')
})

t.test('O1.11: keepalive notices a peer that went silent, and nothing else does', async (t) => {
  const { withPings, without, pings } = await showKeepalive(silent)
  t.equal(withPings.status, 'UNAVAILABLE')
  t.equal(without.status, undefined)
  t.strictSame(pings, { answered: 40 }, 'grpc-js takes any number of pings')
})

t.test('npm run example grpc-patterns NAME runs one of them', async (t) => {
  for (const [name, line] of Object.entries({
    interceptors: /^server: gate closed$/,
    metadata: /^trailers of the answer: rows-read/,
    compression: /^tiny, 5 bytes: \d+ bytes/,
    'wait-for-ready': /DEADLINE_EXCEEDED/,
    keepalive: /pings answered/,
  })) {
    t.ok(await startExample(t, 'grpc-patterns', name).untilLine(line), name)
  }
})
