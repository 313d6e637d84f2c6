// Starts a server that speaks Redis' protocol for a test: Valkey or Redis, whichever is installed.

import { findProgram } from '../../processes/find-program.ts'
import { freePort } from '../../processes/free-port.ts'
import { startProcess } from '../../processes/running-process.ts'
import type { Teardowns } from './real-envoy.ts'

export const INSTALL_REDIS = 'sudo apt-get install -y redis-server'

export function findRedis(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return findProgram('valkey-server', env) ?? findProgram('redis-server', env)
}

export interface RunningRedis {
  readonly url: string
  readonly stop: () => Promise<void>
  /** Starts it again on its port, without what it had. */
  readonly restart: () => Promise<void>
}

export async function startRedis(t: Teardowns): Promise<RunningRedis> {
  const port = await freePort()
  const start = async () => {
    const running = startProcess({
      name: 'redis',
      command: findRedis() ?? 'redis-server',
      args: [...['--port', `${port}`, '--bind', '127.0.0.1'], ...['--save', '', '--appendonly', 'no']],
      dieWithParent: true,
      ready: (line) => line.includes('Ready to accept connections') || undefined,
    })
    t.teardown(() => running.stop())
    await running.ready
    return running
  }
  let running = await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => void (await running.stop()),
    restart: async () => {
      running = await start()
    },
  }
}
