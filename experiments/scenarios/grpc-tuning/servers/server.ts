// Echo servers behind one port, each a process: the primary starts them, and prints their address when all listen.
// Arguments: how many, and how they share the port. A line on stdin asks for the connections of each; with stdin all of them end.

import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { startBackend } from '../../../../services/backend-server.ts'
import { limitBufferedMessages, print } from '../../../../services/service-process.ts'
import type { Sharing } from './start-servers.ts'

const HOST = '127.0.0.1'

interface Listening {
  readonly address: string
}

interface Accepted {
  readonly accepted: number
}

if (cluster.isPrimary) await startWorkers(Number(process.argv[2]), process.argv[3] as Sharing)
else await work()

async function startWorkers(count: number, sharing: Sharing): Promise<void> {
  let address = `${HOST}:0`
  const workers: Worker[] = []
  for (let at = 1; at <= count; at += 1) {
    // Sockets with SO_REUSEPORT need the port of the first; node:cluster gives all workers that ask for port 0 the same one.
    const port = sharing === 'reuse-port' ? address.split(':').at(-1) : '0'
    const worker = cluster.fork({ SERVER_ID: `s${at}`, SERVER_PORT: port, SERVER_SHARING: sharing })
    const [message] = (await once(worker, 'message')) as [Listening]
    address = message.address
    workers.push(worker)
  }
  createInterface({ input: process.stdin })
    .on('line', () => void Promise.all(workers.map(countOf)).then((accepted) => print({ accepted })))
    .on('close', () => process.exit(0))
  print({ address, primary: process.pid })
}

async function countOf(worker: Worker): Promise<number> {
  worker.send('count')
  const [{ accepted }] = (await once(worker, 'message')) as [Accepted]
  return accepted
}

async function work(): Promise<void> {
  limitBufferedMessages()
  const { SERVER_ID = '', SERVER_PORT, SERVER_SHARING } = process.env
  const reusePort = SERVER_SHARING === 'reuse-port'
  const { address, connections } = await startBackend({
    ...{ id: SERVER_ID, listen: { host: HOST, port: Number(SERVER_PORT), reusePort }, latencyMs: 0 },
  })
  process.on('disconnect', () => process.exit(0))
  process.on('message', () => process.send?.({ accepted: connections().accepted } satisfies Accepted))
  process.send?.({ address } satisfies Listening)
}
