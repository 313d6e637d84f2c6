// A Unix socket in a folder that both sides see, as containers see an emptyDir or a hostPath volume. No network is between them.
// A socket in the abstract namespace has no file: it belongs to a network namespace, so only containers of one pod could share it.
// https://man7.org/linux/man-pages/man7/unix.7.html

import { laidOnMachine, laidOver, socketsIn } from '../laid.ts'
import { createHosts, missingForNetwork } from '../network.ts'
import type { Transport } from '../transport.ts'

export const UDS: Transport = {
  id: 'uds',
  title: 'Unix socket',
  family: 'local',
  like: 'like an emptyDir or hostPath volume that two containers share',
  missing: () => undefined,
  async lay(group, folder) {
    const listen = await socketsIn(folder)
    const settings = { socket: 'a file that both sides see', 'network between both sides': 'none' }
    if (missingForNetwork() !== undefined) return laidOnMachine(group, listen, settings)
    // Each side has only a loopback of its own, so nothing but the socket can carry a call.
    const { client, server } = await createHosts(group, 'client', 'server')
    const devices = [client, server].map((host) => ({ host, device: 'lo' }))
    return laidOver(group, { client, server, devices, listen, settings })
  },
}
