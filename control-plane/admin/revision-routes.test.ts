// The history over REST.

import t from 'tap'
import { serveFleet } from '../../test/support/served-fleet.ts'

t.test('revisions are listed newest first, and each can be read with its document', async (t) => {
  const { admin, putLb, state } = await serveFleet(t)
  await putLb({ mode: 'l7' })
  const { revisions } = (await admin.inject('/v1/revisions')).json()
  t.match(revisions, [
    { revision: 2, author: 'rest', status: 'unverified', etag: state.head.etag, createdAt: /^\d{4}-/ },
    { revision: 1, author: 'file', status: 'superseded' },
  ])
  t.match((await admin.inject('/v1/revisions/1')).json(), {
    revision: 1,
    document: { fleets: { edge: { lb: { mode: 'l4' } } } },
  })
})

t.test('a list has at most `limit` revisions, and `next` leads to the older ones', async (t) => {
  const { admin, putLb } = await serveFleet(t)
  for (const policy of ['random', 'least_request', 'random', 'least_request'])
    await putLb({ mode: 'l7', policy })
  const list = async (query: string) => {
    const { revisions, ...rest } = (await admin.inject(`/v1/revisions${query}`)).json()
    return { numbers: revisions.map(({ revision }: { revision: number }) => revision), ...rest }
  }
  t.same(await list(''), { numbers: [5, 4, 3, 2, 1] })
  t.same(await list('?limit=2'), { numbers: [5, 4], next: 4 })
  t.same(await list('?limit=2&before=4'), { numbers: [3, 2], next: 2 })
  t.same(await list('?limit=1000&before=2'), { numbers: [1] })
  t.same(await list('?before=1'), { numbers: [] })
  for (const query of ['limit=0', 'limit=1001', 'limit=x', 'limit=', 'before=0', 'before=-1']) {
    const [path] = query.split('=')
    t.match(
      (await admin.inject(`/v1/revisions?${query}`)).json(),
      { status: 400, problems: [{ path }] },
      query,
    )
  }
})

t.test('with ?wait= the answer is that of the write of the revision', async (t) => {
  const { admin, connectNode, putLb } = await serveFleet(t)
  t.equal((await admin.inject('/v1/revisions/1?wait=1s')).statusCode, 202)
  const node = await connectNode('node-1')
  t.match((await admin.inject('/v1/revisions/1?wait=30s')).json(), {
    outcome: 'synced',
    revisionStatus: 'accepted',
  })
  node.answer = () => 'silence'
  await putLb({ mode: 'l4', policy: 'random' })
  t.match((await admin.inject('/v1/revisions/2?wait=20ms')).json(), {
    status: 504,
    outcome: 'pending',
    revision: 2,
  })
})

t.test('a revision that is no longer in force is replaced, not synced', async (t) => {
  const { admin, connectNode, patchConfig } = await serveFleet(t)
  await connectNode('node-1')
  const read = async (number: number) => {
    const { statusCode, ...answer } = await admin.inject(`/v1/revisions/${number}?wait=30s`)
    const { outcome, reason, revisionStatus } = answer.json()
    return { statusCode, outcome, reason, revisionStatus }
  }
  const synced = { statusCode: 200, outcome: 'synced', reason: undefined, revisionStatus: 'accepted' }
  const replaced = (number: number, by: number) => ({
    statusCode: 202,
    outcome: 'replaced',
    reason: `revision ${by} is in force instead of revision ${number}`,
    revisionStatus: 'accepted',
  })
  await patchConfig({ fleets: { edge: { lb: { mode: 'l7' } } } }, '?wait=30s')
  t.same(await read(2), synced)
  // The third one keeps the change of the second one, and the fourth takes it back.
  await patchConfig({ upstreams: { more: { endpoints: {} } } }, '?wait=30s')
  t.same(await read(2), replaced(2, 3))
  t.same(await read(3), synced)
  await patchConfig({ fleets: { edge: { lb: { mode: 'l4' } } } }, '?wait=30s')
  t.same(await read(1), replaced(1, 4))
  t.same(await read(2), replaced(2, 4))
  t.same(await read(4), synced)
})

t.test('an invalid number is 400, and an unknown one 404', async (t) => {
  const { admin } = await serveFleet(t)
  t.match((await admin.inject('/v1/revisions/x')).json(), { status: 400, problems: [{ path: 'number' }] })
  t.match((await admin.inject('/v1/revisions/9')).json(), { status: 404, detail: 'there is no revision 9' })
})
