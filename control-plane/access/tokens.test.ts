// REST's token file: created once, readable by its owner only, rejected if it is invalid.

import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { readToken } from '../../testbed/token-file.ts'
import { openTokens } from './tokens.ts'

const LONG = 'x'.repeat(32)

t.test('the file is made once, with an operator and a viewer, for its owner only', async (t) => {
  const file = join(t.testdir(), 'deep', 'tokens.json')
  const tokens = await openTokens(file)
  t.equal((await stat(file)).mode & 0o777, 0o600)
  const operator = await readToken(file, 'operator')
  t.match(operator, /^[\w-]{43}$/)
  t.same(tokens.callerOf(operator), { name: 'operator', role: 'operator' })
  t.same(tokens.callerOf(await readToken(file, 'viewer')), { name: 'viewer', role: 'viewer' })
  for (const wrong of ['', operator.slice(1), `${operator}x`, operator.toLowerCase()]) {
    t.equal(tokens.callerOf(wrong), undefined, wrong)
  }
  t.same((await openTokens(file)).callerOf(operator)?.name, 'operator', 'they stay')
})

t.test('a person has a token of their own by a line of the file', async (t) => {
  const file = join(t.testdir(), 'tokens.json')
  await writeFile(file, JSON.stringify({ alice: { role: 'operator', token: LONG } }), { mode: 0o600 })
  t.same((await openTokens(file)).callerOf(LONG), { name: 'alice', role: 'operator' })
})

t.test('a file that others can read is an error', async (t) => {
  const file = join(t.testdir(), 'tokens.json')
  await openTokens(file)
  await chmod(file, 0o640)
  await t.rejects(openTokens(file), { code: 'state-unusable', message: /chmod 600 .*tokens\.json/ })
  await chmod(file, 0o400)
  await t.resolves(openTokens(file), 'the twin')
})

t.test('all problems of a token file are reported at once', async (t) => {
  const file = join(t.testdir(), 'tokens.json')
  const entries = {
    alice: { role: 'owner', token: LONG },
    bob: { role: 'viewer', token: 'hunter2' },
    system: { role: 'operator', token: LONG },
    carol: null,
  }
  await writeFile(file, JSON.stringify(entries), { mode: 0o600 })
  await t.rejects(openTokens(file), {
    code: 'state-unusable',
    problems: [
      { path: 'alice.role' },
      { path: 'bob.token' },
      { path: 'system' },
      { path: 'carol.role' },
      { path: 'carol.token' },
    ],
  })
  await writeFile(file, '{')
  await t.rejects(openTokens(file), { code: 'state-unusable', message: /tokens\.json is not JSON/ })
  await t.rejects(readToken(file, 'operator'), { code: 'unauthenticated' })
  t.equal(await readFile(file, 'utf8'), '{', 'it is left as it was')
})
