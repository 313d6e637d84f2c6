/** The packages that are bundled for runs of tests, as programs and tests import them. */
export const BUNDLED: readonly string[]
