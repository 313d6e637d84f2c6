// The command as a process with its own folders, so that the processes it starts are recognizable.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

const YARD = fileURLToPath(new URL('../../cli/yard.ts', import.meta.url))

export interface YardProcess {
  readonly kill: (signal: NodeJS.Signals) => void
  /** Writes a line to its standard input, if that is a pipe. */
  readonly send: (line: string) => void
  readonly endInput: () => void
  /** Resolves with the exit code, or with null if a signal ended it. */
  readonly ended: Promise<number | null>
  readonly stdout: () => string
  /** Standard output and error, in the order received. */
  readonly output: () => string
  /** Resolves when the output contains the text. */
  readonly printed: (text: string) => Promise<void>
}

/** A missing file, so that a test that may run beside others cannot start an Envoy by mistake. */
export const NO_ENVOY = '/no/envoy/here'

/** Runs `yard` to its end without an Envoy; `yard-with-envoy.ts` has the same with one. */
export function runYard(t: Test, folder: string, ...args: readonly string[]) {
  return untilEnded(spawnYard(t, folder, NO_ENVOY, args))
}

/** Runs `yard` to its end with this text as its standard input. */
export async function runYardWithInput(t: Test, folder: string, input: string, ...args: readonly string[]) {
  const yard = spawnYard(t, folder, NO_ENVOY, args, 'pipe')
  yard.send(input)
  yard.endInput()
  return await untilEnded(yard)
}

/**
 * Starts `yard` with `folder` as its folder for state and for temporary files.
 * @param envoy path of the binary that it may start
 */
export function spawnYard(
  t: Test,
  folder: string,
  envoy: string,
  args: readonly string[],
  stdin: 'ignore' | 'pipe' = 'ignore',
): YardProcess {
  const env = { TMPDIR: folder, YARD_STATE: join(folder, 'state'), YARD_ADMIN: '', NO_COLOR: '1' }
  const child = spawn(process.execPath, [YARD, ...args], {
    env: { ...process.env, ...env, ENVOY_BIN: envoy },
    stdio: [stdin, 'pipe', 'pipe'],
  })
  let output = ''
  let stdout = ''
  const waiting: { readonly text: string; readonly resolve: () => void }[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += chunk
      if (stream === child.stdout) stdout += chunk
      for (const { text, resolve } of waiting) if (output.includes(text)) resolve()
    })
  }
  const ended = once(child, 'close').then(([code]) => code as number | null)
  t.teardown(() => child.kill('SIGKILL'))
  return {
    kill: (signal) => child.kill(signal),
    send: (line) => void child.stdin?.write(`${line}\n`),
    endInput: () => void child.stdin?.end(),
    ended,
    stdout: () => stdout,
    output: () => output,
    printed: async (text) => {
      const seen = new Promise<void>((resolve) => waiting.push({ text, resolve }))
      if (!output.includes(text)) await Promise.race([seen, ended.then(() => fail(text, output))])
    },
  }
}

export async function untilEnded(yard: YardProcess) {
  return { code: await yard.ended, stdout: yard.stdout(), output: yard.output() }
}

function fail(text: string, output: string): never {
  throw new Error(`yard ended without printing "${text}":\n${output}`)
}
