// S59: bundles that the right key signed, and that are older than the one in force. They are never activated, not even after a
// crash of the authorizer. Calls are those of a real Envoy.

import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { RevisionRecord } from '../../services/authorizer/bundle/revision-record.ts'
import { authorizerAt, startAuthorizerProcess } from '../support/authorizer.ts'
import { bundleFor, createKeys } from '../support/bundle-pair.ts'
import { startSecuredEdge } from '../support/secured-edge.ts'
import { until } from '../support/until.ts'

const OK = 0
const PERMISSION_DENIED = 7

async function openFolder(t: Test): Promise<string> {
  // Short, because it has a socket, and not `t.testdir()`, which an Envoy of the same test recreates.
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-older-'))
  t.teardown(() => rm(folder, { recursive: true }))
  return folder
}

t.test('S59: an older bundle with a valid signature is not activated, also after kill -9', async (t) => {
  const folder = await openFolder(t)
  const keys = createKeys()
  const [bundle, key] = [join(folder, 'policy.tar.gz'), join(folder, 'key.pem')]
  await writeFile(key, keys.publicKey)
  const put = async (content: Buffer) => {
    await writeFile(`${bundle}.new`, content)
    await rename(`${bundle}.new`, bundle)
  }
  const start = () =>
    startAuthorizerProcess(t, `unix:${join(folder, 'a.sock')}`, [
      ...['--bundle', bundle, '--verification-key', key, '--state', join(folder, 'state')],
    ])

  // Version 41 lets users in. Version 42 ends that.
  const older = await bundleFor('user', keys, '41')
  const newer = await bundleFor('admin', keys, '42')
  await put(older)
  const first = await start()
  const edge = await startSecuredEdge(t, {
    security: {
      jwt: { enabled: true, anyOf: ['main'] },
      opa: { enabled: true, upstream: 'authorizer', timeout: '10s' },
    },
    upstreams: authorizerAt(first.address),
  })
  const statusOf = async (role: string) => {
    const headers = { authorization: `Bearer ${await edge.token({ roles: [role] })}` }
    return (await edge.call({ headers })).status
  }
  const publish = async (content: Buffer, kind: 'activated' | 'rejected') => {
    const reported = first.untilLine(/"policy":\{"kind"/)
    await put(content)
    t.match(await reported, `"kind":"${kind}"`)
    return reported
  }
  t.equal(await statusOf('user'), OK, 'the policy of 41')
  await publish(newer, 'activated')
  t.equal(await statusOf('user'), PERMISSION_DENIED, 'the policy of 42')

  t.match(await publish(older, 'rejected'), /is older: it has the number 41, and 42 was activated/)
  t.equal(await statusOf('user'), PERMISSION_DENIED, '41 again')
  t.equal(await statusOf('admin'), OK)
  const other = await bundleFor('user', keys, '42-other')
  t.match(await publish(other, 'rejected'), /is another bundle with the number 42; publish .* above 42/)
  t.equal(await statusOf('user'), PERMISSION_DENIED, 'another 42')

  await first.kill()
  await put(older)
  await t.rejects(start(), { message: /is older: it has the number 41/ }, '41 at startup')
  t.equal(await statusOf('user'), PERMISSION_DENIED, 'no authorizer')
  await put(newer)
  const second = await start()
  await until(async () => (await statusOf('admin')) === OK)
  t.equal(await statusOf('user'), PERMISSION_DENIED, '42 at startup')
  const activated = second.untilLine(/"kind":"activated","inForce":"43@/)
  await put(await bundleFor('user', keys, '43'))
  await activated
  t.equal(await statusOf('user'), OK, 'the twin: a newer bundle with the policy of 41')
})

t.test('S59: the record is private, never shrinks, and is an error if others can write it', async (t) => {
  const folder = join(await openFolder(t), 'state')
  const record = await RevisionRecord.open(folder, 5)
  await t.rejects(record.check({ number: 4, digest: 'a' }), { message: /--minimum-revision is 5/ })
  await record.check({ number: 5, digest: 'a' })
  await record.write({ number: 5, digest: 'a' })
  await record.write({ number: 7, digest: 'b' })
  t.same(await readdir(folder), ['bundle-7-b'])
  t.equal((await stat(folder)).mode & 0o777, 0o700)
  t.equal((await stat(join(folder, 'bundle-7-b'))).mode & 0o777, 0o600)

  const again = await RevisionRecord.open(folder)
  // Another process of the same authorizer may be a little late.
  await record.write({ number: 6, digest: 'c' })
  await t.rejects(again.check({ number: 6, digest: 'c' }), {
    message: /is older: it has the number 6, and 7/,
  })
  await t.rejects(again.check({ number: 7, digest: 'c' }), { message: /another bundle with the number 7/ })
  await again.check({ number: 7, digest: 'b' })
  await again.check({ number: 8, digest: 'c' })

  const open = join(await openFolder(t), 'open')
  await mkdir(open)
  await chmod(open, 0o777)
  await t.rejects(RevisionRecord.open(open), { code: 'state-unusable', message: /run chmod 700/ })
})
