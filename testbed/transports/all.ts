// All transports, from the nearest to the farthest.

import { DIRECT } from './cross-node/direct.ts'
import { VXLAN } from './cross-node/vxlan.ts'
import { WIREGUARD } from './cross-node/wireguard.ts'
import { INTERNET } from './internet.ts'
import { HEADLESS } from './lan/headless.ts'
import { LANS } from './lan/lan.ts'
import { LOAD_BALANCER } from './lan/load-balancer.ts'
import { NODE_PORT } from './lan/node-port.ts'
import { LOOPBACK } from './local/loopback.ts'
import { UDS } from './local/uds.ts'
import { BRIDGE } from './same-node/bridge.ts'
import { CALICO } from './same-node/calico.ts'
import { EBPF } from './same-node/ebpf.ts'
import { NFTABLES } from './same-node/nftables.ts'
import { VETH } from './same-node/veth.ts'
import type { Transport } from './transport.ts'

export const TRANSPORTS: readonly Transport[] = [
  ...[UDS, LOOPBACK],
  ...[VETH, BRIDGE, EBPF, NFTABLES, CALICO],
  ...[VXLAN, DIRECT, WIREGUARD],
  ...LANS,
  ...[NODE_PORT, LOAD_BALANCER, HEADLESS],
  ...INTERNET,
]
