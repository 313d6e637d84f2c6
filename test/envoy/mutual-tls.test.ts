// A testbed with xDS over mutual TLS, as `yard up --mtls` starts it.

import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { nodeUri } from '../../core/spiffe-ids.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import { startTestbed } from '../../testbed/testbed.ts'
import { CLUSTER } from '../../xds-server/index.ts'
import { testFolder } from '../support/test-folder.ts'
import { connectTo, DeltaClient, nodeOf } from '../support/xds-client.ts'

t.test('each node of a testbed is served with its own certificate, and no client without one', async (t) => {
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const folder = testFolder(t)
  const fleets = new Map([
    ['edge', 2],
    ['canary', 1],
  ])
  const { rest, xdsAddress } = await startTestbed(group, { folder, fleets, backends: 1, mtls: true })
  t.match(await rest.putLb('edge', { mode: 'l7' }), { outcome: 'synced' })
  const { nodes } = await rest.getStatus()
  t.same(nodes.map(({ id, state }) => `${id} ${state}`).sort(), [
    'canary-1 SYNCED',
    'edge-1 SYNCED',
    'edge-2 SYNCED',
  ])
  t.equal(
    (await stat(join(folder, 'identities', 'xds', 'edge-2.key'))).mode & 0o777,
    0o600,
    nodeUri('edge', 'edge-2'),
  )

  const stranger = new DeltaClient(connectTo(t, xdsAddress))
  stranger.send({ node: nodeOf('edge-1', 'edge'), typeUrl: CLUSTER })
  t.not((await stranger.raw.ended).code, 0)
})
