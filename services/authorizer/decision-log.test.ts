// The decision log: its lines, their masked fields, and a slow disk.

import { PassThrough, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { JsonObject } from '@bufbuild/protobuf'
import t from 'tap'
import { callAs } from '../../test/support/bundle-pair.ts'
import { type Decided, type DecisionEntry, DecisionLog } from './decision-log.ts'
import type { MaskRules } from './decision-masks.ts'

const DECISION = { allowed: true, reason: '', headers: {} }

async function linesOf(inputs: readonly Decided[], rules?: MaskRules): Promise<readonly string[]> {
  const out = new PassThrough()
  const log = new DecisionLog(out, rules)
  for (const one of inputs) log.write(one)
  await log.close()
  return (await text(out)).trim().split('\n')
}

t.test('a line has the input and the decision', async (t) => {
  const input = { ...callAs('user'), headers: { te: ['trailers'] } }
  const lines = await linesOf([
    { input, decision: DECISION, revision: 'r1' },
    { input: { denial: 'the path is not a gRPC method' }, decision: DECISION, revision: 'r1' },
  ])
  const [first, second]: DecisionEntry[] = lines.map((line) => JSON.parse(line))
  t.match(first, {
    decision_id: /^[0-9a-f-]{36}$/,
    timestamp: /^\d{4}-.*Z$/,
    path: 'switchyard/authz/decision',
    revision: 'r1',
    result: DECISION,
    input,
    masked: [],
  })
  t.match(second, { input: {}, masked: [] })
})

const JWT = `eyJ${'a'.repeat(40)}.eyJ${'b'.repeat(20)}.${'c'.repeat(20)}`
/** Each is a place where callers send credentials, or where policies repeat them. */
const SECRET_HEADERS = [
  'authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'x-amz-security-token',
  'proxy-authorization',
]

t.test('S71: credentials in any header, claim or answer are masked by default', async (t) => {
  const secret = (name: string) => `secret of ${name}`
  const input = {
    ...callAs('user'),
    headers: {
      ...Object.fromEntries(SECRET_HEADERS.map((name) => [name, [secret(name), secret('again')]])),
      'x-a-name-that-nobody-has-listed': [secret('unlisted')],
      'user-agent': [`tool/1.0 ${JWT}`],
      'x-request-id': ['s'.repeat(257)],
      te: ['trailers'],
      'x-tenant': ['blue'],
    },
    claims: { main: { sub: 'alice', roles: ['user'], email: 'a@b', nested: { key: secret('claim') } } },
    tokenHeaders: { main: { alg: 'ES256', x5c: [secret('certificate')] } },
  }
  const decision = {
    allowed: false,
    reason: `the key ${secret('x-api-key')} is unknown`,
    headers: { 'x-auth-subject': 'alice', 'x-auth-token': secret('answer') },
  }
  const decided = { input, decision, revision: 'r' }
  const [line = ''] = await linesOf([decided])
  t.notMatch(line, /secret of|eyJ|sss|a@b|blue/)
  const entry: DecisionEntry = JSON.parse(line)
  t.match(
    entry,
    {
      input: {
        claims: { main: { sub: 'alice', roles: ['user'], email: '**masked**', nested: '**masked**' } },
        headers: { te: ['trailers'], 'x-api-key': '**masked**', 'user-agent': ['**masked**'] },
        tokenHeaders: { main: { alg: 'ES256' } },
      },
      result: {
        allowed: false,
        reason: 'the key **masked** is unknown',
        headers: { 'x-auth-subject': 'alice', 'x-auth-token': '**masked**' },
      },
    },
    'the twin: what cannot be used to make a call is shown',
  )
  for (const name of SECRET_HEADERS) t.ok(entry.masked.includes(`/input/headers/${name}`), name)
  t.ok(entry.masked.includes('/result/headers/x-auth-token'))
  t.match(input.claims, { main: { email: 'a@b' } }, 'the input of the policy is not masked')

  const rules = {
    show: ['/input/headers/x-tenant', '/input/claims/*/nested'],
    mask: ['/input/claims/main/sub'],
  }
  const [other = ''] = await linesOf([decided], rules)
  t.match(JSON.parse(other).input, {
    headers: { 'x-tenant': ['blue'], 'x-api-key': '**masked**' },
    claims: { main: { sub: '**masked**', nested: { key: secret('claim') } } },
  })
})

t.test('S71: names with slashes or of inherited properties are masked too', async (t) => {
  const claims: Record<string, JsonObject> = {
    main: JSON.parse('{"https://a/b~c":"secret","__proto__":{"roles":"secret"},"constructor":"secret"}'),
  }
  const [line = ''] = await linesOf([
    { input: { ...callAs('user'), claims }, decision: DECISION, revision: 'r' },
  ])
  t.notMatch(line, 'secret')
  const at = '/input/claims/main'
  t.same(JSON.parse(line).masked, [`${at}/https:~1~1a~1b~0c`, `${at}/__proto__`, `${at}/constructor`])
  const show = [`${at}/https:~1~1a~1b~0c`]
  const [shown = ''] = await linesOf(
    [{ input: { ...callAs('user'), claims }, decision: DECISION, revision: 'r' }],
    { show },
  )
  t.match(JSON.parse(shown).input.claims.main, { 'https://a/b~c': 'secret', constructor: '**masked**' })
})

t.test('lines that the disk cannot take are dropped and counted, and no call waits', async (t) => {
  const taken: string[] = []
  const waiting: (() => void)[] = []
  const slow = new Writable({
    write: (chunk, _encoding, done) => {
      taken.push(String(chunk))
      waiting.push(done)
    },
  })
  const log = new DecisionLog(slow)
  // The name, because a value of that length is masked.
  const large = { ...callAs('user'), headers: { ['x'.repeat(5 * 1024 * 1024)]: ['a'] } }
  for (let call = 0; call < 5; call += 1) log.write({ input: large, decision: DECISION, revision: 'r' })
  while (slow.writableLength > 0) waiting.shift()?.()
  log.write({ input: callAs('user'), decision: DECISION, revision: 'r' })
  waiting.shift()?.()
  t.equal(taken.length, 3)
  t.equal(JSON.parse(taken.at(-1) ?? '').dropped, 3)
})

t.test('a log whose disk has failed can be closed', async (t) => {
  const full = new Writable({ write: (_chunk, _encoding, done) => done(new Error('no space left')) })
  const failed = new Promise((resolve) => full.on('error', () => {}).once('close', resolve))
  const log = new DecisionLog(full)
  log.write({ input: callAs('user'), decision: DECISION, revision: 'r' })
  await failed
  await log.close()
  await log.close()
  t.pass('it has ended')
})
