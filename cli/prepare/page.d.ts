/** Builds the live page if its sources have changed. A failure is reported on standard error and ends nothing. */
export function buildPage(root: string): void
