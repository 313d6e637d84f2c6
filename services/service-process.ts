// Shared by all service processes: JSON lines on stdout, commands on stdin, and an end when stdin closes or a signal arrives.

import { createInterface } from 'node:readline'
import { setDefaultHighWaterMark } from 'node:stream'
import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js'
import { SwitchyardError } from '../core/errors.ts'
import { printable } from '../core/printable.ts'

export const EXIT_FAILED = 1
export const EXIT_BAD_FLAGS = 2

/** Messages that a stream buffers in each direction for a peer or a handler that does not read. */
const BUFFERED_MESSAGES = 2

/**
 * Limits what the streams of this process buffer. grpc-js counts messages, not bytes: by Node's default it buffers 16
 * requests and 16 responses for a client that does not read, which is 32 MiB a stream with messages of 1 MiB.
 */
export function limitBufferedMessages(): void {
  setDefaultHighWaterMark(true, BUFFERED_MESSAGES)
}

export function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

/**
 * A function that writes an error to stderr, prefixed with the name of the process. gRPC's own lines are off unless `GRPC_VERBOSITY`
 * asks for them: they repeat errors, and have the text of headers that a caller wrote, whatever its length.
 */
export function errorReporter(name: string): (thrown: unknown) => void {
  if (process.env.GRPC_VERBOSITY === undefined) setLogVerbosity(logVerbosity.NONE)
  return (thrown) =>
    void process.stderr.write(`${name}: ${printable(SwitchyardError.from(thrown).message)}\n`)
}

/**
 * Calls `onLine` with each line of stdin. Closes and exits when stdin closes, or on SIGTERM or SIGINT.
 * @param stay only on a signal: the stdin of a container is closed from the start
 */
export function serveUntilStopped(
  onLine: (line: string) => void,
  close: () => Promise<unknown>,
  stay = false,
): void {
  const stop = () => void close().then(() => process.exit(0))
  const lines = createInterface({ input: process.stdin })
  lines.on('line', onLine)
  // The parent is gone, so no other process would end this one.
  if (!stay) lines.on('close', stop)
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

export interface DrainableServer {
  /** @returns the number of connections that got GOAWAY */
  drain(): number | Promise<number>
  close(): Promise<void>
}

export interface ServiceOptions {
  /** Commands of the server's own, besides `drain` and `stop`, which get the rest of their line. */
  readonly more?: Readonly<Record<string, (rest: string) => void>>
  /** As in `serveUntilStopped`. */
  readonly stay?: boolean
}

/** Commands on stdin: `drain` answers with `{"drained":n}`, `stop` ends the process. */
export function handleDrainAndStop(
  server: DrainableServer,
  reportError: (thrown: unknown) => void,
  { more = {}, stay = false }: ServiceOptions = {},
): void {
  const commands = new Map<string, (rest: string) => void>([
    ['drain', () => void Promise.resolve(server.drain()).then((drained) => print({ drained }))],
    ...Object.entries(more),
    ['stop', () => void server.close().then(() => process.exit(0))],
  ])
  serveUntilStopped(
    (line) => {
      const [name = '', ...rest] = line.trim().split(' ')
      const command = commands.get(name)
      if (command) command(rest.join(' '))
      else reportError(`"${line}" is not a command; give ${[...commands.keys()].join(', ')}`)
    },
    () => server.close(),
    stay,
  )
}
