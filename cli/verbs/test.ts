// `yard test`: unit tests of a document's policies, on real Envoys.

import { type Command, Option } from 'commander'
import { gather, withExamples } from './flags.ts'
import { TEST_FORMATS, type TestFlags } from './test/test-flags.ts'

export function addTest(program: Command): void {
  const command = program
    .command('test')
    .description(
      'Test the policies of a document on real Envoys: who gets which gRPC status for which call, and what reaches which upstream.',
    )
    .argument('<file...>', 'Test files with callers, calls and expectations.')
    .option('--config <file>', 'Document to test instead of the one that the test files name.')
    .addOption(new Option('--format <name>', 'Output format.').choices(TEST_FORMATS).default('table'))
    .option(
      '--mutations',
      'Remove each protection of the document in turn, and report which calls notice.',
      false,
    )
    .option(
      '--except <path>',
      'Protection that --mutations leaves alone, such as "jwt.*.clockSkew".',
      gather,
      [],
    )
    .option('--watch', 'Run again when a test file, the document or a proto changes, until Ctrl-C.', false)
  withExamples(command, [
    ['yard test orders.test.yaml', 'Start Envoys with the document, and make all calls of the file.'],
    ['yard test *.test.yaml --config next.yaml', 'Run all files with another document.'],
    ['yard test *.test.yaml --mutations', 'Find protections that no test covers.'],
    ['yard test *.test.yaml --format junit', 'Print a report for a CI system.'],
    ['yard test orders.test.yaml --watch', 'Run again at each change.'],
  ]).addHelpText(
    'after',
    `
A test file names its document, its protos, callers, calls, and what each caller gets for each call:

  document: document.yaml
  protos: [shop.proto]
  callers:
    anonymous: {}
    alice: { token: { provider: main, claims: { roles: [admin] } } }
  calls:
    read: { method: shop.Orders/Get, message: { id: '1' } }
  expect:
    read:
      anonymous: UNAUTHENTICATED
      alice: { status: OK, upstream: orders, headers: { x-user: alice } }

Stand-ins take the place of the upstreams; keys and certificates are made for the run.

Exit codes: 0 all calls went as expected; 1 some did not, no call noticed a missing protection, or a run failed;
2 invalid flags, test file, protos or document; 4 an Envoy NACKed the document; 5 an Envoy did not get ready.`,
  )
  command.action(async (files: readonly string[], flags: TestFlags) => {
    const { testPolicies } = await import('./test/test-policies.ts')
    await testPolicies(files, flags)
  })
}
