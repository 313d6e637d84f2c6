// All transports, from the nearest to the farthest.

import { LOOPBACK } from './local/loopback.ts'
import { UDS } from './local/uds.ts'
import { VETH } from './same-node/veth.ts'
import type { Transport } from './transport.ts'

export const TRANSPORTS: readonly Transport[] = [UDS, LOOPBACK, VETH]
