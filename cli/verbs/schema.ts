// `yard schema`: prints the JSON Schema of the document, for editors.

import type { Command } from 'commander'
import { publishedSchema, SCHEMA_FILE } from '../../control-plane/document/published-schema.ts'
import { withExamples } from './flags.ts'

export function addSchema(program: Command): void {
  const command = program
    .command('schema')
    .description('Print the JSON Schema (draft 7) of the document, for completion and checks in editors.')
  withExamples(command, [
    [`yard schema > ${SCHEMA_FILE}`, 'Write it to a file.'],
    [
      `# yaml-language-server: $schema=${SCHEMA_FILE}`,
      'Name it in the first line of a document, for VS Code and others. The documents of "yard init" have it.',
    ],
  ])
  command.action(() => void process.stdout.write(publishedSchema()))
}
