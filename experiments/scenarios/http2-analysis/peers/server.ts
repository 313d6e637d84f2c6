// The server as a process: its ports on stdout, counts when asked on stdin, with which it ends.

import { createInterface } from 'node:readline'
import type { Issued } from '../../../../testbed/certificates/authority.ts'
import { openServer } from './open-server.ts'

const [host = '127.0.0.1', identity = '{}'] = process.argv.slice(2)
const server = await openServer(host, JSON.parse(identity) as Issued)
createInterface({ input: process.stdin })
  .on('line', () => print({ counts: server.counts() }))
  .on('close', () => process.exit(0))
print({ ports: server.ports, pid: process.pid })

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
