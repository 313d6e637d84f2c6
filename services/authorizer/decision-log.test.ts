// The decision log: its lines, their masked fields, and a slow disk.

import { PassThrough, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { callAs } from '../../test/support/bundle-pair.ts'
import { type DecisionEntry, DecisionLog } from './decision-log.ts'

const DECISION = { allowed: true, reason: '', headers: {} }

t.test('a line has the input and the decision, with masked fields', async (t) => {
  const out = new PassThrough()
  const log = new DecisionLog(out, ['/input/headers/authorization', '/input/claims/*/email', '/input/none'])
  const input = {
    ...callAs('user'),
    claims: { main: { sub: 'alice', email: 'a@b' }, other: { email: 'c@d' } },
    headers: { authorization: ['Bearer secret'], te: ['trailers'] },
  }
  log.write({ input, decision: DECISION, revision: 'r1' })
  log.write({ input: { denial: 'the path is not a gRPC method' }, decision: DECISION, revision: 'r1' })
  await log.close()
  const lines = (await text(out)).trim().split('\n')
  const [first, second]: DecisionEntry[] = lines.map((line) => JSON.parse(line))
  t.match(first, {
    decision_id: /^[0-9a-f-]{36}$/,
    timestamp: /^\d{4}-.*Z$/,
    path: 'switchyard/authz/decision',
    revision: 'r1',
    result: DECISION,
    input: {
      method: 'Unary',
      claims: { main: { sub: 'alice', email: '**masked**' }, other: { email: '**masked**' } },
      headers: { authorization: '**masked**', te: ['trailers'] },
    },
    masked: ['/input/headers/authorization', '/input/claims/main/email', '/input/claims/other/email'],
  })
  t.notMatch(lines[0], /secret|a@b|c@d/)
  t.same(input.headers.authorization, ['Bearer secret'], 'the input of the policy is not masked')
  t.match(second, { input: {}, masked: [] })
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
  const large = { ...callAs('user'), headers: { a: ['x'.repeat(9 * 1024 * 1024)] } }
  for (let call = 0; call < 5; call += 1) log.write({ input: large, decision: DECISION, revision: 'r' })
  while (slow.writableLength > 0) waiting.shift()?.()
  log.write({ input: callAs('user'), decision: DECISION, revision: 'r' })
  waiting.shift()?.()
  t.equal(taken.length, 3)
  t.equal(JSON.parse(taken.at(-1) ?? '').dropped, 3)
})
