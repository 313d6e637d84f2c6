// A program that uses the library, as a process: its lines one by one, until the test ends.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { wrapToDieWithParent } from '../../processes/die-with-parent.ts'
import type { Teardown } from './xds-client.ts'

export interface ExampleProcess {
  /** Takes lines up to one that matches, and returns the match. */
  readonly untilLine: (pattern: RegExp) => Promise<RegExpExecArray>
}

/** Starts `examples/NAME/main.ts`. */
export function startExample(t: Teardown, name: string, ...args: string[]): ExampleProcess {
  const file = fileURLToPath(new URL(`../../examples/${name}/main.ts`, import.meta.url))
  return startProgram(t, process.execPath, [file, ...args])
}

/**
 * Starts a program that prints lines. It runs without NODE_OPTIONS, by which the launcher leads imports of tests to bundles: it gets
 * its packages as users do.
 */
export function startProgram(t: Teardown, node: string, given: readonly string[]): ExampleProcess {
  const { command, args } = wrapToDieWithParent(node, given)
  const env = { ...process.env, NODE_OPTIONS: '' }
  const program = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] })
  t.teardown(async () => {
    if (program.kill()) await once(program, 'exit')
  })
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]()
  const untilLine = async (pattern: RegExp) => {
    for (;;) {
      const { value, done } = await lines.next()
      if (done) throw new Error(`the program ended before it printed a line with ${pattern}`)
      const match = pattern.exec(value)
      if (match !== null) return match
    }
  }
  return { untilLine }
}

/** An HTTP server that answers with its name. @returns its port */
export async function startHttpBackend(t: Teardown, name: string): Promise<number> {
  const server = createServer((_request, response) => response.end(name)).listen(0, '127.0.0.1')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port')
  return address.port
}

/** The body of an answer. */
export async function fetchText(url: string): Promise<string> {
  return await (await fetch(url)).text()
}
