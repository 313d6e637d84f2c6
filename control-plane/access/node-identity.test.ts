// Which certificate may speak for which node.

import t from 'tap'
import { CONTROL_PLANE_URI, nodeUri } from '../../core/spiffe-ids.ts'
import { rejectForeignNode, rejectForeignReader } from './node-identity.ts'

const edge1 = { id: 'edge-1', cluster: 'edge' }
const CASES: readonly [
  title: string,
  uris: readonly string[],
  node: typeof edge1,
  rejected: RegExp | undefined,
][] = [
  ['the node itself', [nodeUri('edge', 'edge-1')], edge1, undefined],
  ['one name of several', ['spiffe://other/x', nodeUri('edge', 'edge-1')], edge1, undefined],
  [
    'another node of the fleet',
    [nodeUri('edge', 'edge-2')],
    edge1,
    /names spiffe:.*edge-2, and node "edge-1"/,
  ],
  ['the same node of another fleet', [nodeUri('west', 'edge-1')], edge1, /of fleet "edge"/],
  ['no name', [], edge1, /names no URI/],
  ['a node that names no fleet', [nodeUri('', 'edge-1')], { id: 'edge-1', cluster: '' }, /of fleet ""/],
  ['a name that goes on', [`${nodeUri('edge', 'edge-1')}0`], edge1, /edge-10/],
  ['a name that is a path', [nodeUri('edge', 'a')], { id: 'a', cluster: '../fleet/edge' }, /%2F/],
]

for (const [title, uris, node, rejected] of CASES) {
  t.test(`${title} is ${rejected ? 'rejected' : 'accepted'}`, async (t) => {
    if (rejected === undefined) t.equal(rejectForeignNode({ uris }, node), undefined)
    else t.match(rejectForeignNode({ uris }, node), rejected)
  })
}

t.test('P22: a node may read its own status, and the control plane that of every node', async (t) => {
  t.equal(rejectForeignReader({ uris: [nodeUri('edge', 'edge-1')] }, edge1), undefined)
  t.equal(rejectForeignReader({ uris: [CONTROL_PLANE_URI] }, edge1), undefined)
  t.match(rejectForeignReader({ uris: [nodeUri('edge', 'edge-2')] }, edge1), /names spiffe:/)
  t.match(rejectForeignReader({ uris: [`${CONTROL_PLANE_URI}/x`] }, edge1), /names spiffe:/)
  t.match(rejectForeignNode({ uris: [CONTROL_PLANE_URI] }, edge1), /names spiffe:/, 'but not be served as it')
})
