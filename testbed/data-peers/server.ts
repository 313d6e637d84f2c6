// The server as a process: opens servers and counts when it is asked on stdin, with which it ends.

import { createInterface } from 'node:readline'
import { type OpenServer, openServer, type ServerCounts, type ServerSettings } from './open-server.ts'
import { type Usage, usageNow } from './usage.ts'

export type ServerCommand = { readonly open: ServerSettings } | { readonly read: number }

export interface ServerReading extends ServerCounts, Usage {}

const servers = new Map<number, OpenServer>()

createInterface({ input: process.stdin })
  .on('line', (line) => {
    obey(JSON.parse(line) as ServerCommand).then(print, (error: Error) => print({ failed: error.message }))
  })
  .on('close', () => process.exit(0))
print({ server: process.pid })

async function obey(command: ServerCommand): Promise<object> {
  if ('open' in command) {
    const server = await openServer(command.open)
    servers.set(server.port, server)
    return { opened: server.port }
  }
  const server = servers.get(command.read)
  if (server === undefined) throw new Error(`nothing serves port ${command.read}`)
  return { reading: { ...server.counts(), ...usageNow() } satisfies ServerReading }
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
