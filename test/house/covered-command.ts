// What shows that a test runs a command of a page.

/** It takes the commands from the pages, and runs them as they are written. */
export const LITERALLY = 'test/envoy/doc-commands.test.ts'

/** A test, and what of its text shows that it runs the command: a part of the command as the test has it. */
export type CoveredBy = readonly [test: string, evidence: string]

export const literally: CoveredBy = [LITERALLY, 'DOC_COMMANDS']
