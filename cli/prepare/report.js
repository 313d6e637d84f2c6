// Shows what the launcher does: on standard error, since standard output belongs to the program that it starts.

/** A step that was quicker than this had nothing to do, and is not worth a line. */
const WORTH_TELLING_MILLISECONDS = 500

/** Writes a line for the person who waits. */
export function report(line) {
  process.stderr.write(`${line}\n`)
}

/** Does a piece of work and, if that took time, says what was done and how long it took. */
export function step(done, work) {
  const begin = performance.now()
  const result = work()
  const duration = performance.now() - begin
  if (duration >= WORTH_TELLING_MILLISECONDS) report(`✔ ${done} (${(duration / 1000).toFixed(1)} s)`)
  return result
}
