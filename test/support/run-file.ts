// Runs one test file as a process of its own. A file of tap's tests prints what they found by itself, so it needs no runner around
// it: that of tap loads into each process, and into all that they start, what records their coverage.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, openSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { finished } from 'node:stream/promises'
import { Parser } from 'tap-parser'
import { countFile, type FileReport } from './tally.ts'

/** What a file has after its own time limit, to say which test did not end. */
const GRACE_MS = 30_000
const MILLISECONDS = 1_000

const running = new Map<ChildProcess, Promise<unknown>>()
let ending = false

export interface RunOptions {
  /** Gets the parser before it reads anything. */
  readonly follow?: (parser: Parser) => void
  /** A file for all that the test prints. Without it, stderr goes to ours. */
  readonly log?: string
}

/**
 * @param root of the checkout
 * @param timeoutSeconds after which the file has failed
 */
export async function runFile(
  root: string,
  file: string,
  timeoutSeconds: number,
  { follow, log }: RunOptions = {},
): Promise<FileReport> {
  // Whoever ends all files exits next. A file that started now would outlive us.
  if (ending) return new Promise(() => {})
  const begun = performance.now()
  const written = log === undefined ? undefined : openLog(log)
  const child = spawn(process.execPath, [file], {
    cwd: root,
    stdio: ['ignore', 'pipe', written?.descriptor ?? 'inherit'],
    // Tests compare what programs print, in CI too, where colors are on by default.
    env: { ...process.env, TAP_TIMEOUT: String(timeoutSeconds), FORCE_COLOR: '0', NO_COLOR: '1' },
    // What it starts ends with it, also if it must be killed.
    detached: true,
  })
  const parser = new Parser()
  const report = countFile(parser, titleOf(file))
  follow?.(parser)
  const limit = setTimeout(() => signalGroup(child, 'SIGKILL'), timeoutSeconds * MILLISECONDS + GRACE_MS)
  child.stdout?.pipe(parser)
  if (written) child.stdout?.pipe(written.stream)
  const closed = once(child, 'close')
  running.set(child, closed)
  const [[exitCode, signal]] = await Promise.all([closed, once(parser, 'complete')])
  clearTimeout(limit)
  running.delete(child)
  if (written) await finished(written.stream)
  return report({ exitCode, signal, milliseconds: performance.now() - begun })
}

/** Both what we copy and what the test writes by itself are appended. */
function openLog(path: string) {
  rmSync(path, { force: true })
  const descriptor = openSync(path, 'a')
  return { descriptor, stream: createWriteStream(path, { fd: descriptor }) }
}

/** Forwards a signal to all files that run, and to all that they have started. Resolves when they have ended; no more start. */
export async function endAll(signal: NodeJS.Signals): Promise<void> {
  ending = true
  for (const child of running.keys()) signalGroup(child, signal)
  await Promise.all(running.values())
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Of a program that imports several files, its own name. */
function titleOf(file: string): string {
  return file.endsWith('.mjs') ? basename(file, '.mjs') : file
}
