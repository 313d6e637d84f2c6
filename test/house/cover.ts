// How a source file is covered by a test.

export type Cover =
  | {
      /** The test file that would fail if the source were wrong. */
      readonly test: string
      /** The test starts the source as a process, so it does not import it. */
      readonly spawned?: true
    }
  /** No test runs it, and why that is acceptable. Each of these is a debt. */
  | { readonly untested: string }

export const by = (test: string): Cover => ({ test })
/** The source is a program, or a part of one, that the test runs as a process. */
export const spawnedBy = (test: string): Cover => ({ test, spawned: true })
