// `yard disconnect` ends the streams of one node, by its name, and the audit log has it.

import t from 'tap'
import { AnsweringNode } from '../../test/support/answering-node.ts'
import { sampleWith } from '../../test/support/sample-config.ts'
import { startYardAndControlPlane } from '../../test/support/yard-and-control-plane.ts'

t.test('X84: yard disconnect ends the streams of a node', async (t) => {
  const { rest, yard, xdsAddress } = await startYardAndControlPlane(t, sampleWith({}))
  for (const [id, cluster] of [
    ['edge-1', 'edge'],
    ['twin', 'edge'],
    ['twin', 'other'],
  ] as const) {
    new AnsweringNode(t, xdsAddress, { id, cluster })
  }
  const connected = async () => (await rest.getStatus()).nodes.filter((node) => node.connected).length
  while ((await connected()) < 3) await rest.getHealth()
  t.match(await yard(t, 'disconnect', 'edge-1'), {
    code: 0,
    output: /ended 1 stream of edge-1: it connects again/,
  })
  t.match(await yard(t, 'disconnect', 'edge-9'), {
    code: 2,
    output: /no node "edge-9" is connected\. Use one of: (?!.*twin.*twin).*twin/,
  })
  t.match(await yard(t, 'disconnect', 'twin'), { code: 2, output: /the fleets edge, other .*: add --fleet/ })
  t.match(await yard(t, 'disconnect', 'twin', '--fleet', 'other'), {
    code: 0,
    output: /ended 1 stream of twin/,
  })
  t.match(await yard(t, 'disconnect', 'twin', '--fleet', 'nowhere'), {
    code: 2,
    output: /no node "twin" of fleet "nowhere" has a stream/,
  })
  t.equal(await connected(), 1, 'the twin in the other fleet is still connected')
})
