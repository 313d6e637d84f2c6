// The command as a process, with folders of its own, so that whatever it started can be told from everything else.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

const YARD = fileURLToPath(new URL('../../cli/yard.ts', import.meta.url))

export interface YardProcess {
  readonly kill: (signal: NodeJS.Signals) => void
  /** Fulfilled with the exit code, null where a signal ended it. */
  readonly ended: Promise<number | null>
  readonly stdout: () => string
  /** Standard output and error, as they came. */
  readonly output: () => string
  /** Resolves once the output has the text. */
  readonly printed: (text: string) => Promise<void>
}

/** Starts `yard` with `folder` as its folder for state and for temporary files. */
export function startYard(t: Test, folder: string, ...args: readonly string[]): YardProcess {
  const child = spawn(process.execPath, [YARD, ...args], {
    env: { ...process.env, TMPDIR: folder, YARD_STATE: join(folder, 'state'), YARD_ADMIN: '', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let stdout = ''
  const waiting: { readonly text: string; readonly resolve: () => void }[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
      if (stream === child.stdout) stdout += chunk
      for (const { text, resolve } of waiting) if (output.includes(text)) resolve()
    })
  }
  const ended = once(child, 'close').then(([code]) => code as number | null)
  t.teardown(() => child.kill('SIGKILL'))
  return {
    kill: (signal) => child.kill(signal),
    ended,
    stdout: () => stdout,
    output: () => output,
    printed: async (text) => {
      const seen = new Promise<void>((resolve) => waiting.push({ text, resolve }))
      if (!output.includes(text)) await Promise.race([seen, ended.then(() => fail(text, output))])
    },
  }
}

/** Runs `yard` to its end. */
export async function runYard(t: Test, folder: string, ...args: readonly string[]) {
  const yard = startYard(t, folder, ...args)
  return { code: await yard.ended, stdout: yard.stdout(), output: yard.output() }
}

/** Processes whose environment names the folder: all that was started from there has it. */
export function processesOf(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`TMPDIR=${folder}`)
    } catch {
      return false
    }
  })
}

/** Ends when no process names the folder; the shell that watches for the parent outlives its program by a moment, nothing else may. */
export async function untilGone(folder: string): Promise<void> {
  while (processesOf(folder).length > 0) await setImmediate()
}

function fail(text: string, output: string): never {
  throw new Error(`yard ended without printing "${text}":\n${output}`)
}
