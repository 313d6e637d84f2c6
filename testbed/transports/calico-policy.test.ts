// The chains of policies let TCP through in both directions, and nothing else.

import t from 'tap'
import { ProcessGroup } from '../../processes/process-group.ts'
import { requireTool } from '../../test/support/requirements.ts'
import { addPolicies } from './calico-policy.ts'
import { createHosts } from './network.ts'
import { ruleCounts } from './nft.ts'
import { routePods } from './pods.ts'

t.test('O8.2: a pod may open TCP connections to another, and its datagrams are denied', async (t) => {
  if (!requireTool(t, 'network namespaces')) return
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const { client, node, server } = await createHosts(group, 'client', 'node', 'server')
  await routePods(node, [
    { host: client, device: 'cali1', ip: '10.244.1.10' },
    { host: server, device: 'cali2', ip: '10.244.1.11' },
  ])
  await addPolicies(node, ['cali1', 'cali2'])
  const send = (protocol: string) => client.run('python3', '-c', SEND, protocol, '10.244.1.11')
  await send('udp')
  t.match(await ruleCounts(node), { 'node/nft denied packets': 1, 'node/nft allowed packets': 0 })
  // No process listens there, so the answer is a reset: it comes back, and through the rule for known connections.
  await send('tcp')
  t.match(await ruleCounts(node), {
    'node/nft denied packets': 1,
    'node/nft allowed packets': 1,
    'node/nft established packets': 1,
  })
})

const SEND = `
import socket, sys
kind = socket.SOCK_DGRAM if sys.argv[1] == 'udp' else socket.SOCK_STREAM
one = socket.socket(socket.AF_INET, kind)
try:
    one.connect((sys.argv[2], 9))
    one.send(b'x')
except ConnectionRefusedError:
    pass
`
