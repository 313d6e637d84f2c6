// REST's token file: created once, readable by its owner only, rejected if it is invalid.

import { createHash } from 'node:crypto'
import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { testFolder } from '../../test/support/test-folder.ts'
import { readToken } from '../../testbed/token-file.ts'
import { Tokens } from './tokens.ts'

const LONG = 'x'.repeat(32)

t.test('the file is made once, with an admin, an operator and a viewer, for its owner only', async (t) => {
  const file = join(testFolder(t), 'deep', 'tokens.json')
  const tokens = await Tokens.open(file)
  t.equal((await stat(file)).mode & 0o777, 0o600)
  const operator = await readToken(file, 'operator')
  t.match(operator, /^[\w-]{43}$/)
  t.same(tokens.callerOf(operator), { name: 'operator', role: 'operator' })
  for (const role of ['viewer', 'admin'] as const)
    t.same(tokens.callerOf(await readToken(file, role)), { name: role, role })
  for (const wrong of ['', operator.slice(1), `${operator}x`, operator.toLowerCase()]) {
    t.equal(tokens.callerOf(wrong), undefined, wrong)
  }
  t.same((await Tokens.open(file)).callerOf(operator)?.name, 'operator', 'they stay')
})

t.test('a person has a token of their own by a line of the file', async (t) => {
  const file = join(testFolder(t), 'tokens.json')
  await writeFile(file, JSON.stringify({ alice: { role: 'operator', token: LONG } }), { mode: 0o600 })
  t.same((await Tokens.open(file)).callerOf(LONG), { name: 'alice', role: 'operator' })
})

t.test('a file that others can read is an error', async (t) => {
  const file = join(testFolder(t), 'tokens.json')
  await Tokens.open(file)
  await chmod(file, 0o640)
  await t.rejects(Tokens.open(file), { code: 'state-unusable', message: /chmod 600 .*tokens\.json/ })
  await chmod(file, 0o400)
  await t.resolves(Tokens.open(file), 'the twin')
})

t.test('all problems of a token file are reported at once', async (t) => {
  const file = join(testFolder(t), 'tokens.json')
  const entries = {
    alice: { role: 'owner', token: LONG },
    bob: { role: 'viewer', token: 'hunter2' },
    system: { role: 'operator', token: LONG },
    carol: null,
    dave: { role: 'viewer', token: LONG, sha256: 'ab' },
    erin: { role: 'admin', sha256: 'ab', fleets: [], expiresAt: '2030-01-01' },
    'oidc:frank': { role: 'viewer', token: LONG, scope: 'all' },
  }
  await writeFile(file, JSON.stringify(entries), { mode: 0o600 })
  await t.rejects(Tokens.open(file), {
    code: 'state-unusable',
    problems: [
      { path: 'alice.role' },
      { path: 'bob.token' },
      { path: 'system' },
      { path: 'carol.role' },
      { path: 'carol.token' },
      { path: 'dave.sha256' },
      { path: 'erin.sha256' },
      { path: 'erin.fleets', message: /list of names/ },
      { path: 'erin.fleets', message: /an admin has all fleets/ },
      { path: 'erin.expiresAt' },
      { path: 'oidc:frank' },
      { path: 'oidc:frank.scope', message: /is not a field of a token/ },
    ],
  })
  await writeFile(file, '{')
  await t.rejects(Tokens.open(file), { code: 'state-unusable', message: /tokens\.json is not JSON/ })
  await t.rejects(readToken(file, 'operator'), { code: 'unauthenticated' })
  t.equal(await readFile(file, 'utf8'), '{', 'it is left as it was')
})

const HOUR = 3_600_000
const CI = { name: 'ci', role: 'operator', lifetimeMs: HOUR, createdBy: 'admin' } as const

/** Tokens at a time that the test moves. */
async function start(t: Test) {
  const file = join(testFolder(t), 'tokens.json')
  const clock = { now: Date.UTC(2030, 0, 1) }
  const open = () => Tokens.open(file, { now: () => clock.now })
  return { file, clock, open, tokens: await open() }
}

t.test('a new token is valid at once and after a restart, and the file has its digest only', async (t) => {
  const { file, open, tokens } = await start(t)
  const { token, info } = await tokens.create({ ...CI, fleets: ['edge'] })
  const shown = {
    ...{ name: 'ci', role: 'operator', fleets: ['edge'], createdBy: 'admin', isExpired: false },
    ...{ createdAt: '2030-01-01T00:00:00.000Z', expiresAt: '2030-01-01T01:00:00.000Z' },
  }
  t.same(info, shown)
  const caller = { name: 'ci', role: 'operator', fleets: ['edge'], expiresAt: Date.UTC(2030, 0, 1, 1) }
  t.same(tokens.callerOf(token), caller)
  t.same((await open()).callerOf(token), caller)
  const text = await readFile(file, 'utf8')
  t.notOk(text.includes(token))
  t.ok(text.includes(createHash('sha256').update(token).digest('hex')))
  t.equal((await stat(file)).mode & 0o777, 0o600)
  t.same(
    tokens.list().map(({ name }) => name),
    ['admin', 'ci', 'operator', 'viewer'],
  )
  t.same(tokens.list()[1], shown, 'no token is listed')
})

t.test('a token ends, and its name is free again', async (t) => {
  const { clock, tokens } = await start(t)
  const { token } = await tokens.create(CI)
  clock.now += HOUR - 1
  t.ok(tokens.callerOf(token), 'twin')
  await t.rejects(tokens.create(CI), { code: 'already-exists' })
  clock.now += 1
  t.equal(tokens.callerOf(token), undefined)
  t.match(
    tokens.list().filter(({ isExpired }) => isExpired),
    [{ name: 'ci' }],
  )
  const again = await tokens.create(CI)
  t.match(tokens.callerOf(again.token), { name: 'ci' })
  t.equal(tokens.callerOf(token), undefined, 'the old one stays invalid')
})

t.test('a revoked token is invalid at once and after a restart, and the others stay', async (t) => {
  const { file, open, tokens } = await start(t)
  const { token } = await tokens.create(CI)
  const other = await tokens.create({ ...CI, name: 'ci-2' })
  await tokens.revoke('ci')
  await tokens.revoke('viewer')
  for (const one of [tokens, await open()]) {
    t.equal(one.callerOf(token), undefined)
    t.ok(one.callerOf(other.token), 'twin')
    t.ok(one.callerOf(await readToken(file, 'operator')), 'twin')
  }
  await t.rejects(readToken(file, 'viewer'), { code: 'unauthenticated' })
  await t.rejects(tokens.revoke('ci'), { code: 'not-found' })
  await t.rejects(tokens.revoke('constructor'), { code: 'not-found' })
})

t.test('the last admin cannot be revoked, so that somebody can make tokens', async (t) => {
  const { clock, tokens } = await start(t)
  await t.rejects(tokens.revoke('admin'), { code: 'forbidden', message: /create another one first/ })
  await tokens.create({ ...CI, name: 'root', role: 'admin' })
  await tokens.revoke('admin')
  await t.rejects(tokens.revoke('root'), { code: 'forbidden' })
  await tokens.create({ ...CI, name: 'late', role: 'admin', lifetimeMs: 2 * HOUR })
  clock.now += HOUR
  await t.rejects(tokens.revoke('late'), { code: 'forbidden' }, 'an expired admin does not count')
})

t.test(
  'a change keeps what somebody has edited meanwhile, and fails without harm if that is invalid',
  async (t) => {
    const { file, tokens } = await start(t)
    const edit = async (entries: object) => {
      await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), ...entries }))
    }
    await edit({ alice: { role: 'viewer', token: LONG } })
    t.equal(tokens.callerOf(LONG), undefined, 'the file is read again with the next change')
    const { token } = await tokens.create(CI)
    t.match(tokens.callerOf(LONG), { name: 'alice' })
    await edit({ bob: { role: 'owner' } })
    await t.rejects(tokens.revoke('ci'), { code: 'state-unusable' })
    t.ok(tokens.callerOf(token), 'nothing has changed')
  },
)

t.test('changes at the same time are all made', async (t) => {
  const { open, tokens } = await start(t)
  const names = Array.from({ length: 8 }, (_, index) => `ci-${index}`)
  const made = await Promise.all(names.map((name) => tokens.create({ ...CI, name })))
  for (const one of [tokens, await open()]) for (const { token } of made) t.ok(one.callerOf(token))
  const same = await Promise.allSettled([tokens.create(CI), tokens.create(CI)])
  t.same(same.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

t.test('names of other authors are no names of tokens, and there are at most 1,000 tokens', async (t) => {
  const { file, tokens } = await start(t)
  for (const name of ['system', 'oidc:alice'])
    await t.rejects(tokens.create({ ...CI, name }), { code: 'invalid-argument' })
  const sha256 = (index: number) => createHash('sha256').update(String(index)).digest('hex')
  const many = Array.from({ length: 1_000 }, (_, index) => [
    `t${index}`,
    { role: 'admin', sha256: sha256(index) },
  ])
  await writeFile(file, JSON.stringify(Object.fromEntries(many)))
  await t.rejects(tokens.create(CI), { code: 'limit-reached' })
  await tokens.revoke('t0')
  await t.resolves(tokens.create(CI), 'twin')
})
