// Runs tshark, Wireshark's command line, on a capture file: an independent decoder to compare ours with.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { findProgram, requireProgram } from '../../processes/find-program.ts'

export const INSTALL_TSHARK = 'sudo apt-get install -y tshark'

export const hasTshark = (env: NodeJS.ProcessEnv = process.env): boolean =>
  findProgram('tshark', env) !== undefined

const run = promisify(execFile)
const MAX_OUTPUT = 256 * 1024 * 1024

/**
 * The lines of its output. What it says on standard error, such as that root runs it, is left out.
 * @throws SwitchyardError `process-failed` if it is missing; Error with its output if it fails, such as for an unknown filter
 */
export async function tshark(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const command = requireProgram('tshark', INSTALL_TSHARK)
  const { stdout } = await run(command, ['-n', ...args], {
    maxBuffer: MAX_OUTPUT,
    env: { ...process.env, ...env },
  })
  return stdout.split('\n').filter((line) => line !== '')
}

/** The HTTP/2 of a capture is on ports that Wireshark does not know. */
export const AS_HTTP2 = ['-d', 'tcp.port==1-65535,http2'] as const

/** What both decoders say of a frame. */
export interface FrameFacts {
  /** Of the connection, from 0, in the order in which connections began. */
  readonly connection: number
  readonly fromPort: number
  readonly type: number
  readonly streamId: number
  readonly length: number
  readonly flags: number
}

/** The frames of a capture as tshark decodes them, in its order. @param decodeAs empty where TLS or upgrade tells that it is HTTP/2 */
export async function framesByTshark(
  file: string,
  decodeAs: readonly string[] = AS_HTTP2,
): Promise<FrameFacts[]> {
  const fields = ['tcp.stream', 'tcp.srcport', 'http2.type', 'http2.streamid', 'http2.length', 'http2.flags']
  const lines = await tshark([
    ...['-r', file, ...decodeAs, '-Y', 'http2.type', '-T', 'fields'],
    ...fields.flatMap((field) => ['-e', field]),
  ])
  return lines.flatMap((line) => {
    const [connection, fromPort, ...columns] = line.split('\t')
    const [types = [], streams = [], lengths = [], flags = []] = columns.map((column) => column.split(','))
    return types.map((type, index) => ({
      ...{
        connection: Number(connection),
        fromPort: Number(fromPort),
        type: Number(type),
      },
      ...{
        streamId: Number(streams[index]),
        length: Number(lengths[index]),
        flags: Number(flags[index]),
      },
    }))
  })
}
