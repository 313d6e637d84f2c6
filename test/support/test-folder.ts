// A test's own folder, which outlasts what the test has started.

import type { Test } from 'tap'

/**
 * `t.testdir()`, emptied and made anew by each call, and removed when all teardowns have ended. tap by itself removes it
 * before the teardowns when it was asked for before the first of them: then a store that still writes makes it fail.
 */
export function testFolder(
  t: Pick<Test, 'testdir' | 'teardown'>,
  content?: Parameters<Test['testdir']>[0],
): string {
  t.teardown(() => {})
  return t.testdir(content)
}
