// Who gets the calls of a service with two servers, and whom the servers take for their client.

import { SwitchyardError } from '../../../../core/errors.ts'
import { splitAddress } from '../../../../core/host-and-port.ts'
import { facts } from '../../../../harness/facts.ts'
import type { ProfileName } from '../../../../harness/profile.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { startBackend } from '../../../../testbed/backend.ts'
import { startLoader } from '../../../../testbed/loader/start-loader.ts'
import { startNewConnections } from '../../../../testbed/new-connections/start-ends.ts'
import { parseReady, sourceFile } from '../../../../testbed/part.ts'
import { createKubeNode, type KubeNode } from '../../../../testbed/proxies/kube-node.ts'
import { TRANSPORTS } from '../../../../testbed/transports/all.ts'
import { measureInTurns, type Turns } from '../turns/in-turns.ts'
import { type Exposed, SERVERS, SERVICE_WAY_IDS, SERVICE_WAYS, type ServiceWay } from './ways.ts'

const CONCURRENCY = 8
const PEERS = 'client as the servers saw it'
const CALLS = 4

/** Each turn has new connections, for which servers are drawn anew. round_robin begins with the server that it reaches first. */
export const SERVICE_TURNS: Readonly<Record<ProfileName, Turns>> = {
  quick: { count: 2, seconds: 0.2, warmUpSeconds: 0.1, firstSeconds: 0 },
  standard: { count: 6, seconds: 0.3, warmUpSeconds: 0.1, firstSeconds: 0 },
  full: { count: 50, seconds: 1, warmUpSeconds: 0.2, firstSeconds: 0 },
}

export async function measureShares(context: RunContext): Promise<Measured> {
  const { group, folder, profile } = context
  const node = await createKubeNode(group, SERVERS.length)
  const inside = node.backends.starterIn(group)
  const env = { GRPC_NODE_USE_ALTERNATIVE_RESOLVER: 'true' }
  const [loader, names] = await Promise.all([
    startLoader(node.client.starterIn(group), { env }),
    startNames(context, node),
    ...SERVERS.map((id, at) => startBackend(inside, folder, { id, listen: node.backendAddresses[at] ?? '' })),
  ])
  return await measureInTurns(context, {
    loader,
    processes: [],
    turns: SERVICE_TURNS[profile.name],
    ways: SERVICE_WAY_IDS.map((id) => ({ id, plan: planOf(id, node.address, names) })),
  })
}

function planOf(id: ServiceWay, address: string, names: string) {
  const { headless, connections, policy } = SERVICE_WAYS[id]
  return {
    ...{ target: headless ? names : address, connections },
    loop: { kind: 'closed', concurrency: CONCURRENCY },
    calls: { kind: 'unary' },
    ...(policy && { serviceConfig: { loadBalancingConfig: [{ [policy]: {} }] } }),
    // A new channel calls the server that it reaches first until it has reached the other one.
    ...(policy === 'round_robin' && { servers: SERVERS.length }),
  } as const
}

/** A name server beside the client, which knows the addresses of both pods. @returns the target of the headless service */
async function startNames({ group }: RunContext, { client, backendAddresses }: KubeNode): Promise<string> {
  const places = backendAddresses.map((address) => splitAddress(address))
  const names = client.starterIn(group).start({
    name: 'name server',
    command: process.execPath,
    args: [sourceFile('testbed/transports/lan/name-server-main.ts'), '127.0.0.1'],
    ready: (line) => parseReady<{ readonly names: true }>(line, 'names'),
  })
  await names.ready
  const serves = await names.ask(
    JSON.stringify({ serve: places.flatMap((place) => place?.host ?? []) }),
    (line) => parseReady<{ readonly serves: string }>(line, 'serves')?.serves,
  )
  return `dns://${serves}/echo.default.svc.cluster.local:${places[0]?.port}`
}

export async function measurePeers({ group, folder }: RunContext, id: Exposed): Promise<Measured> {
  const transport = TRANSPORTS.find((one) => one.id === id)
  if (transport === undefined) throw new SwitchyardError('internal', `there is no transport ${id}`)
  const ends = await startNewConnections(await transport.lay(group, folder), folder)
  const peers = await ends.run('peers', { calls: CALLS })
  return facts({ calls: CALLS, codes: { OK: CALLS }, texts: { [PEERS]: peers.join(' ') } })
}

/** IP addresses, each once. */
export function peersOf({ texts = {} }: Measured): readonly string[] {
  return [...new Set((texts[PEERS] ?? '').split(' ').flatMap((peer) => splitAddress(peer)?.host ?? []))]
}
