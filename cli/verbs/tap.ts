// `yard tap`: a proxy that shows and records the HTTP/2 frames of connections.

import type { Command } from 'commander'
import { SwitchyardError } from '../../core/errors.ts'
import { interruption } from '../../processes/interruption.ts'
import { type CaptureFile, writeFrames, writePackets } from '../../testbed/http2/capture-writer.ts'
import { frameLine } from '../../testbed/http2/frame-text.ts'
import { startTap, type TapOptions, type TappedConnection } from '../../testbed/http2/tap.ts'
import { report } from '../output/print.ts'
import { withExamples } from './flags.ts'

interface TapFlags {
  readonly to: string
  readonly listen: string
  readonly out?: string
  readonly json?: string
  readonly quiet?: true
}

export function addTap(program: Command): void {
  const command = program
    .command('tap')
    .description('Forward connections to a server, and show and record their HTTP/2 frames, until Ctrl-C.')
    .requiredOption('--to <address>', 'Forward to HOST:PORT, such as an Envoy or a backend of "yard status".')
    .option('--listen <address>', 'Listen on HOST:PORT.', '127.0.0.1:0')
    .option('--out <file>', 'Write a capture file (pcapng) that Wireshark and tshark open.')
    .option('--json <file>', 'Write each frame as a line of JSON.')
    .option('-q, --quiet', 'Do not print frames.')
  withExamples(command, [
    ['yard tap --to 127.0.0.1:10000', 'Show the frames of calls to the address that it prints.'],
    [
      'yard tap --to 127.0.0.1:10000 --listen 127.0.0.1:7100 --out calls.pcapng',
      'Record them for Wireshark too.',
    ],
  ])
  command.action(async (flags: TapFlags) => {
    process.exitCode = await tapInTerminal(flags)
  })
}

async function tapInTerminal({ to, listen, out, json, quiet }: TapFlags): Promise<number> {
  const interrupted = interruption()
  const files = [
    ...(out === undefined ? [] : [await open('--out', out, writePackets)]),
    ...(json === undefined ? [] : [await open('--json', json, writeFrames)]),
  ]
  const listeners = [...files.map((file) => file.listeners), ...(quiet ? [] : [PRINTER])]
  const tap = await startTap({
    ...{ to, listen, keepBytes: false, keepFrames: false },
    onConnection: (connection) => listeners.forEach((one) => void one.onConnection?.(connection)),
    onChunk: (chunk, connection) => listeners.forEach((one) => void one.onChunk?.(chunk, connection)),
    onFrame: (seen, connection) => listeners.forEach((one) => void one.onFrame?.(seen, connection)),
  })
  report(`tap on ${tap.address}, forwarding to ${to}; Ctrl-C ends it`)
  const code = await interrupted
  await tap.stop()
  await Promise.all(files.map((file) => file.end()))
  for (const path of [out, json]) if (path !== undefined) report(`wrote ${path}`)
  return code
}

async function open(flag: string, path: string, write: (path: string) => Promise<CaptureFile>) {
  try {
    return await write(path)
  } catch (thrown) {
    throw new SwitchyardError('invalid-argument', `the tap was not started:`, {
      problems: [{ path: flag, message: `cannot write ${path}: ${(thrown as Error).message}` }],
      cause: thrown,
    })
  }
}

/** Frames on standard output, each after the number of its connection; what happens to connections on standard error. */
const PRINTER: Pick<TapOptions, 'onChunk' | 'onConnection' | 'onFrame'> = {
  onConnection: (connection) => report(connectionLine(connection)),
  onFrame: (seen, { number }) => void process.stdout.write(`${number} ${frameLine(seen)}\n`),
}

function connectionLine({ number, client, endedMs, error, protocol, bytes }: TappedConnection): string {
  if (endedMs === undefined) return `connection ${number} from ${client}`
  const spoken = protocol === undefined || protocol === 'h2' ? '' : ` spoke ${protocol}, not HTTP/2;`
  const amounts = `${bytes.client} bytes of the client, ${bytes.server} of the server`
  const why = error === undefined ? '' : `: ${error}`
  return `connection ${number}${spoken} ended after ${endedMs.toFixed(0)} ms, ${amounts}${why}`
}
