// One shell for commands that depend on each other, such as an `export` and its use.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Teardowns } from './real-envoy.ts'

const END = 'end-of-command'

export interface ShellSession {
  /** Runs a command to its end. The output has standard output and standard error as they came. */
  readonly run: (command: string) => Promise<{ readonly code: number; readonly output: string }>
}

export function openSession(t: Teardowns, folder: string, env: NodeJS.ProcessEnv): ShellSession {
  const shell = spawn('sh', { cwd: folder, env, stdio: ['pipe', 'pipe', 'inherit'] })
  const closed = once(shell, 'close')
  t.teardown(() => {
    shell.stdin.end()
    return closed
  })
  shell.stdin.write('exec 2>&1\n')
  const chunks: AsyncIterator<Buffer> = shell.stdout[Symbol.asyncIterator]()
  return {
    async run(command) {
      // The command must not read the commands behind it.
      shell.stdin.write(`{ ${command}\n} </dev/null\nprintf '\\n${END} %d\\n' "$?"\n`)
      let output = ''
      for (;;) {
        const [end, code] = new RegExp(`\\n${END} (\\d+)\\n$`).exec(output) ?? []
        if (end !== undefined) return { code: Number(code), output: output.slice(0, -end.length) }
        const { value, done } = await chunks.next()
        if (done) throw new Error(`the shell ended in ${command}:\n${output}`)
        output += value.toString()
      }
    },
  }
}
