// `yard serve`: the control plane alone, with Envoys and backends of one's own.

import { spawnSync } from 'node:child_process'
import type { Command } from 'commander'
import { sourceFile } from '../../testbed/part.ts'
import { withExamples } from './flags.ts'
import { runInForeground } from './foreground.ts'

const MAIN = 'control-plane/main.ts'

export function addServe(program: Command): void {
  const command = program
    .command('serve')
    .description('Run the control plane alone, until Ctrl-C or SIGTERM.')
    .argument('[flags...]', 'Listed below.')
    .allowUnknownOption()
    .addHelpText('after', describeFlags)
  withExamples(command, [
    ['yard serve --config my.yaml', 'Serve a document on free ports of 127.0.0.1, which it prints.'],
    ['yard serve --state /var/lib/yard --config my.yaml', 'Keep revisions, tokens and the audit log.'],
    ['yard serve --config my.yaml --admin 127.0.0.1:9000 --xds 127.0.0.1:18000', 'Use fixed ports.'],
  ])
  command.action(async (flags: readonly string[]) => {
    process.exit(await runInForeground(MAIN, [...flags, '--die-with-parent']))
  })
}

/** The flags from the program itself, without its first line, which says how to use it. */
function describeFlags(): string {
  const { stdout } = spawnSync(process.execPath, [sourceFile(MAIN), '--help'], { encoding: 'utf8' })
  return stdout.replace(/^Usage: .*\n/, '')
}
