// A child process that reports when it is ready, takes commands on stdin, and can be stopped reliably.
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { spawn } from 'node:child_process'
import { EventEmitter, on } from 'node:events'
import { createInterface } from 'node:readline'
import { SwitchyardError } from '../core/errors.ts'
import { wrapToDieWithParent } from './die-with-parent.ts'
import { LogFile } from './log-file.ts'

/**
 * To be ready, and to answer. It is for processes that hang: one that cannot start ends, and that is noticed at once. On a busy
 * machine, loading the modules of a process may take half a minute.
 */
const PATIENCE_MS = 60_000
const STOP_GRACE_MS = 5_000
/** Lines of stderr that an error repeats. */
const TAIL_LINES = 20

export interface ProcessOptions<T> {
  /** Its name in errors. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** Added to our own environment. */
  readonly env?: Readonly<Record<string, string>>
  /** File to which all its output is appended. */
  readonly logFile?: string
  /** Called with each line of stdout and stderr, until it returns a value. */
  readonly ready: (line: string) => T | undefined
  /** Called with each line of stdout and stderr, as long as the process runs. */
  readonly onLine?: (line: string) => void
  /** Milliseconds that it may take to be ready; 60,000 by default. */
  readonly timeoutMs?: number
  /** Set it for a program that does not end with its stdin. The program then gets no commands. */
  readonly dieWithParent?: boolean
}

/** How a process ended: an exit code or a signal. Both are null if it could not start. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A child process. All errors have the code `process-failed`. */
export class RunningProcess<T = unknown> {
  readonly name: string
  /** The value of its ready line. Rejects if the process ends or takes too long before it is ready. It has ended by then. */
  readonly ready: Promise<T>
  /** Resolves when the process has ended, for any reason. */
  readonly exited: Promise<Exit>
  readonly #child: ChildProcessWithoutNullStreams
  readonly #lines = new EventEmitter<{ line: [string] }>()
  readonly #closed = new AbortController()
  readonly #tail: string[] = []

  constructor(options: ProcessOptions<T>) {
    this.name = options.name
    this.#child = spawnChild(options)
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => resolve({ code, signal }))
      this.#child.once('error', (error) => {
        this.#keepInTail(error.message)
        resolve({ code: null, signal: null })
      })
    })
    // Unlike 'exit', 'close' comes after the last line of output.
    this.#child.once('close', () => this.#closed.abort())
    // A command to a process that has just ended fails in `ask`, because no answer comes.
    this.#child.stdin.on('error', () => {})
    if (options.onLine) this.#lines.on('line', options.onLine)
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#lines.emit('line', line))
    createInterface({ input: this.#child.stderr }).on('line', (line) => {
      this.#keepInTail(line)
      this.#lines.emit('line', line)
    })
    this.ready = this.#becomeReady(options)
    // Callers that only wait for the end need not handle a rejection.
    this.ready.catch(() => {})
  }

  /** Undefined if the process could not start. */
  get pid(): number | undefined {
    return this.#child.pid
  }

  /** The last 20 lines of its stderr. */
  get lastErrors(): readonly string[] {
    return this.#tail
  }

  /** Sends a line to its stdin. */
  send(command: string): void {
    this.#child.stdin.write(`${command}\n`)
  }

  /** Closes its stdin, as the end of this process would. */
  endInput(): void {
    this.#child.stdin.end()
  }

  /** Sends a line to its stdin, and waits for the first line of output for which `answer` returns a value. */
  async ask<A>(
    command: string,
    answer: (line: string) => A | undefined,
    timeoutMs = PATIENCE_MS,
  ): Promise<A> {
    const answered = this.#find(answer, timeoutMs)
    this.send(command)
    try {
      return await answered
    } catch (cause) {
      throw this.#failure(`did not answer "${command}" within ${timeoutMs} ms`, cause)
    }
  }

  /** Sends SIGTERM, then SIGKILL after `graceMs` milliseconds; resolves when the process has ended. May be called again. */
  async stop(graceMs = STOP_GRACE_MS): Promise<Exit> {
    this.#child.kill('SIGTERM')
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), graceMs)
    const exit = await this.exited
    clearTimeout(kill)
    return exit
  }

  async #becomeReady({ ready, timeoutMs = PATIENCE_MS }: ProcessOptions<T>): Promise<T> {
    try {
      return await this.#find(ready, timeoutMs)
    } catch (cause) {
      const ended = this.#closed.signal.aborted
      const exit = await this.stop()
      const what = ended
        ? `ended ${howEnded(exit)} before it was ready`
        : `was not ready within ${timeoutMs} ms`
      throw this.#failure(what, cause)
    }
  }

  /** Parses lines until one gives a value. Lines that came before the end are still parsed after it. */
  async #find<A>(parse: (line: string) => A | undefined, timeoutMs: number): Promise<A> {
    const signal = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(timeoutMs)])
    for await (const [line] of on(this.#lines, 'line', { signal })) {
      const value = parse(line)
      if (value !== undefined) return value
    }
    throw new Error('the lines ended without their signal')
  }

  #failure(what: string, cause: unknown): SwitchyardError {
    return new SwitchyardError('process-failed', [`${this.name} ${what}`, ...this.#tail].join('\n  '), {
      cause,
    })
  }

  #keepInTail(line: string): void {
    this.#tail.push(line)
    if (this.#tail.length > TAIL_LINES) this.#tail.shift()
  }
}

/** Starts a process. Await its `ready`. Stop it yourself, or start it in a `ProcessGroup` instead. */
export function startProcess<T>(options: ProcessOptions<T>): RunningProcess<T> {
  return new RunningProcess(options)
}

/** The child has its own session: Ctrl-C in a terminal reaches only this process, which then ends its children in order. */
function spawnChild({
  command,
  args,
  env,
  logFile,
  dieWithParent,
}: ProcessOptions<unknown>): ChildProcessWithoutNullStreams {
  const program = dieWithParent ? wrapToDieWithParent(command, args) : { command, args }
  const child = spawn(program.command, program.args, { env: { ...process.env, ...env }, detached: true })
  if (logFile !== undefined) {
    const log = new LogFile(logFile)
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => log.append(chunk))
    child.once('close', () => log.close())
  }
  return child
}

function howEnded({ code, signal }: Exit): string {
  if (signal !== null) return `by ${signal}`
  return code === null ? 'at startup' : `with exit code ${code}`
}
