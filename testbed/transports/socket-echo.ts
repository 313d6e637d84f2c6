// Round trips over a plain socket: what a transport costs before HTTP/2, protobuf and a handler are on top of it.

import { SwitchyardError } from '../../core/errors.ts'
import type { ProcessStarter } from '../../processes/process-group.ts'
import { parseReady, sourceFile } from '../part.ts'
import type { EchoResult, EchoRun } from './socket-echo-protocol.ts'

export interface SocketEcho {
  /** `unix:/path` or `HOST:PORT`, with the port if 0 was given. */
  readonly address: string
  readonly pid: number
  readonly stop: () => Promise<void>
}

export interface SocketEchoLoad {
  /** Round trips that count, one after the other over one connection. */
  readonly messages: number
  /** Of each message, in each direction; 1 or more. */
  readonly bytes: number
  /** Round trips before them that do not count. Default: a tenth of `messages`. */
  readonly warmUp?: number
}

/** A message of a mebibyte over a slow, lossy way takes seconds. */
const PATIENCE_MS = 30 * 60_000

/**
 * Starts a server that answers each byte with itself.
 * @param listen `unix:/path` or `HOST:PORT`; port 0 picks a free one
 * @throws SwitchyardError `process-failed` with the end of its log, if it does not start
 */
export async function startSocketEcho(starter: ProcessStarter, listen: string): Promise<SocketEcho> {
  const started = starter.start({
    name: `socket echo at ${listen}`,
    command: process.execPath,
    args: [sourceFile('testbed/transports/socket-echo-server.ts'), '--listen', listen],
    ready: (line) => parseReady<{ readonly address: string }>(line, 'address')?.address,
  })
  const address = await started.ready
  // A process that was ready has a pid.
  return { address, pid: started.pid as number, stop: async () => void (await started.stop()) }
}

/**
 * Measures round trips from a process of its own, which ends before this resolves.
 * @returns their latencies: an HDR histogram of microseconds in base64, like those of the loader
 * @throws SwitchyardError `process-failed` if it cannot connect, or the connection ends
 */
export async function measureSocketEcho(
  starter: ProcessStarter,
  target: string,
  { messages, bytes, warmUp = Math.ceil(messages / 10) }: SocketEchoLoad,
): Promise<EchoResult> {
  const client = starter.start({
    name: `socket echo client of ${target}`,
    command: process.execPath,
    args: [sourceFile('testbed/transports/socket-echo-client.ts')],
    ready: (line) => parseReady<{ readonly client: number }>(line, 'client'),
  })
  await client.ready
  const run: EchoRun = { target, messages, warmUp, bytes }
  const answered = (line: string) =>
    parseReady<EchoResult>(line, 'histogram') ?? parseReady<{ readonly failed: string }>(line, 'failed')
  try {
    const answer = await client.ask(JSON.stringify(run), answered, PATIENCE_MS)
    if ('histogram' in answer) return answer
    throw new SwitchyardError('process-failed', `socket echo of ${target}: ${answer.failed}`)
  } finally {
    await client.stop()
  }
}
