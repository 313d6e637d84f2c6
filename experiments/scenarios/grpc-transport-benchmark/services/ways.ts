// Ways to a service with two servers: through an address that the kernel rewrites, or by the names of its pods.

export const SERVICE_WAYS = {
  'address-1': { title: 'service address, 1 connection', headless: false, connections: 1, policy: undefined },
  'address-4': {
    title: 'service address, 4 connections',
    headless: false,
    connections: 4,
    policy: undefined,
  },
  'headless-pick-first-4': {
    title: 'headless, 4 connections, pick_first',
    headless: true,
    connections: 4,
    policy: 'pick_first',
  },
  'headless-round-robin-1': {
    title: 'headless, 1 channel, round_robin',
    headless: true,
    connections: 1,
    policy: 'round_robin',
  },
} as const

export type ServiceWay = keyof typeof SERVICE_WAYS
export const SERVICE_WAY_IDS = Object.keys(SERVICE_WAYS) as readonly ServiceWay[]

export const SERVERS = ['b1', 'b2'] as const

export const SHARES_RUN = 'services.shares'
export const peersRun = (transport: string): string => `services.peers.${transport}`

/** Of the transports, with the addresses that their hosts have. */
export const EXPOSED = {
  'node-port': {
    title: 'NodePort',
    client: '192.168.1.10',
    seen: '192.168.1.11',
    by: 'the node that it called',
  },
  'load-balancer': { title: 'LoadBalancer', client: '192.168.1.10', seen: '192.168.1.10', by: 'the client' },
  headless: { title: 'headless', client: '192.168.1.10', seen: '192.168.1.10', by: 'the client' },
} as const

export type Exposed = keyof typeof EXPOSED
export const EXPOSED_IDS = Object.keys(EXPOSED) as readonly Exposed[]
