// `yard schema`: prints the JSON Schema of the document, for editors.

import type { Command } from 'commander'
import { createConfigSchema } from '../../control-plane/document/model.ts'
import { LATER } from '../../control-plane/document/schema-check.ts'
import {
  CLIENTS,
  ENVOY_FIELD,
  SOME_GRPC_CLIENTS,
  UNAVAILABLE,
} from '../../control-plane/switches/schema-keywords.ts'
import { withExamples } from './flags.ts'

const DRAFT = 'http://json-schema.org/draft-07/schema#'

/** Keywords that editors do not have. `discriminator` only shortens errors. */
const OWN_KEYWORDS = [LATER, CLIENTS, SOME_GRPC_CLIENTS, ENVOY_FIELD, UNAVAILABLE, 'discriminator']

export function addSchema(program: Command): void {
  const command = program
    .command('schema')
    .description('Print the JSON Schema (draft 7) of the document, for completion and checks in editors.')
  withExamples(command, [
    ['yard schema > switchyard.schema.json', 'Write it to a file.'],
    [
      '# yaml-language-server: $schema=switchyard.schema.json',
      'Name it in the first line of a document, for VS Code and others.',
    ],
  ])
  command.action(() => {
    const schema = { $schema: DRAFT, title: 'The desired state of Switchyard', ...createConfigSchema() }
    const text = JSON.stringify(schema, (key, value) => (OWN_KEYWORDS.includes(key) ? undefined : value), 2)
    process.stdout.write(`${text}\n`)
  })
}
