// TCP over the loopback device: containers of one pod, such as an application and its sidecar.

import { laidOnMachine, laidOver, tcpSettingsOfMachine } from '../laid.ts'
import { createHost, missingForNetwork } from '../network.ts'
import type { Transport } from '../transport.ts'

export const LOOPBACK: Transport = {
  id: 'loopback',
  title: 'loopback',
  family: 'local',
  like: 'like containers of one pod',
  missing: () => undefined,
  async lay(group) {
    if (missingForNetwork() !== undefined) {
      const settings = { lo: 'the one of this machine', ...tcpSettingsOfMachine() }
      return laidOnMachine(group, () => '127.0.0.1:0', settings)
    }
    const pod = await createHost(group, 'pod')
    const devices = [{ host: pod, device: 'lo' }]
    return laidOver(group, { client: pod, server: pod, ip: '127.0.0.1', devices })
  },
}
