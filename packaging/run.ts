// Runs a command to its end.

import { execFile } from 'node:child_process'
import { SwitchyardError } from '../core/errors.ts'

export interface RunOptions {
  readonly cwd: string
  readonly env?: NodeJS.ProcessEnv
}

/**
 * Returns the standard output of a command. It runs without NODE_OPTIONS, by which tap loads modules into every Node that a test
 * starts: tools and older versions of Node fail with them.
 * @throws SwitchyardError `process-failed` with all its output, unless it ends with exit code 0
 */
export function run(
  command: string,
  args: readonly string[],
  { cwd, env = process.env }: RunOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      'env',
      ['-u', 'NODE_OPTIONS', command, ...args],
      { cwd, env, maxBuffer: Number.POSITIVE_INFINITY },
      (error, stdout, stderr) => {
        if (error === null) return resolve(stdout)
        const message = `"${[command, ...args].join(' ')}" failed: ${error.code ?? error.signal}\n${stdout}${stderr}`
        reject(new SwitchyardError('process-failed', message, { cause: error }))
      },
    )
    child.stdin?.end()
  })
}
