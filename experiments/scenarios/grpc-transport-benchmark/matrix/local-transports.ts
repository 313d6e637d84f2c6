// Transports that need no privileges: a Unix socket and loopback.

import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProcessGroup, ProcessStarter } from '../../../../processes/process-group.ts'

export interface LocalTransport {
  readonly id: string
  readonly title: string
  readonly lay: (group: ProcessGroup) => Promise<{
    readonly client: ProcessStarter
    readonly server: ProcessStarter
    readonly listen: () => string
    readonly target: (serverAddress: string) => Promise<string>
  }>
}

const target = async (address: string) => address

export const LOCAL_TRANSPORTS: readonly LocalTransport[] = [
  {
    id: 'uds',
    title: 'Unix socket',
    lay: async (group) => {
      // The path of a socket has at most 107 bytes, and folders of results may be deep.
      const folder = await mkdtemp('/tmp/switchyard-')
      group.ending.addEventListener('abort', () => void rm(folder, { recursive: true, force: true }))
      return { client: group, server: group, target, listen: () => `unix:${join(folder, 's')}` }
    },
  },
  {
    id: 'loopback',
    title: 'loopback',
    lay: async (group) => ({ client: group, server: group, target, listen: () => '127.0.0.1:0' }),
  },
]
