// DNS servers as one process: each has its own port and the addresses that it was asked to serve. Commands are lines of JSON.

import { createInterface } from 'node:readline'
import { type NameServer, startNameServer } from '../../name-server.ts'

type Command = { readonly serve: readonly string[] } | { readonly count: true }

const [host = '127.0.0.1'] = process.argv.slice(2)
const servers: NameServer[] = []

async function follow(command: Command): Promise<void> {
  if ('serve' in command) {
    const server = await startNameServer(command.serve, host)
    servers.push(server)
    print({ serves: server.address })
  } else print({ queries: servers.reduce((sum, server) => sum + server.queries(), 0) })
}

function print(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}

createInterface({ input: process.stdin })
  .on('line', (line) => void follow(JSON.parse(line)))
  .on('close', () => process.exit(0))
print({ names: true })
