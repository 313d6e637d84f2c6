// A control plane as a process, which a row can kill.

import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../../processes/free-port.ts'
import { startControlPlane } from '../../testbed/control-plane.ts'
import type { World } from './world.ts'

export interface Killable {
  readonly xdsAddress: string
  /** Ends it with SIGKILL, and resolves when it has ended. */
  readonly kill: () => Promise<void>
}

/** @param address where to serve xDS; default: a free port */
export async function startKillable(world: World, document: object, address?: string): Promise<Killable> {
  // Not port 0: while nobody listens there, the kernel could give the port to somebody else.
  const xds = address ?? `127.0.0.1:${await freePort()}`
  await mkdir(world.folder, { recursive: true })
  const folder = await mkdtemp(join(world.folder, 'control-plane-'))
  const configFile = join(folder, 'config.json')
  await writeFile(configFile, JSON.stringify(document))
  const running = await startControlPlane(world.group, folder, { configFile, admin: '127.0.0.1:0', xds })
  return {
    xdsAddress: running.xdsAddress,
    async kill() {
      process.kill(running.pid as number, 'SIGKILL')
      await running.exited
    },
  }
}
