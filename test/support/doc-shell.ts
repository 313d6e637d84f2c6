// A shell for the commands of the pages: `npx yard` and `npx buf` are those of this checkout, and its folders are those of one test.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import type { Teardowns } from './real-envoy.ts'

const LAUNCHER = fileURLToPath(new URL('../../cli/launch.js', import.meta.url))
const BUF = fileURLToPath(new URL('../../node_modules/.bin/buf', import.meta.url))

/** npx would look for the package first, which takes seconds for each command. */
const NPX = `#!/bin/sh
[ "$1" = buf ] && { shift; exec '${BUF}' "$@"; }
[ "$1" = yard ] || { echo "npx: this shell knows npx yard and npx buf only" >&2; exit 1; }
shift
exec '${process.execPath}' '${LAUNCHER}' "$@"
`

export interface DocShell {
  /** Runs a command to its end. The output has standard output and standard error as they came. */
  readonly run: (command: string) => Promise<{ readonly code: number | null; readonly output: string }>
  /** Starts a command that runs until the test ends, and resolves with its output when the text is in it. */
  readonly start: (command: string, until: string) => Promise<string>
}

/** The environment of commands of the pages, with the state of the testbed in the folder. */
export function shellEnvironment(folder: string): NodeJS.ProcessEnv {
  const bin = join(folder, 'bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, 'npx'), NPX)
  chmodSync(join(bin, 'npx'), 0o755)
  return {
    ...process.env,
    PATH: [bin, process.env.PATH].join(delimiter),
    TMPDIR: folder,
    YARD_STATE: join(folder, 'state'),
    YARD_ADMIN: '',
    YARD_TOKEN: '',
    NO_COLOR: '1',
    ENVOY_BIN: findEnvoy().path,
  }
}

/** @param cwd where commands run. Default: the folder */
export function openShell(t: Teardowns, folder: string, cwd = folder): DocShell {
  const env = shellEnvironment(folder)
  const open = (command: string) =>
    spawn('sh', ['-c', `exec 2>&1; ${command}`], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] })
  return {
    async run(command) {
      const child = open(command)
      const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
      return { code, output }
    },
    async start(command, until) {
      const child = open(`exec ${command}`)
      const ended = once(child, 'close')
      t.teardown(() => {
        child.kill('SIGTERM')
        return ended
      })
      let output = ''
      for await (const chunk of child.stdout) {
        output += chunk
        if (output.includes(until)) return output
      }
      throw new Error(`${command} ended without printing "${until}":\n${output}`)
    },
  }
}
