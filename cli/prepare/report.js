// Shows what the launcher does, on standard error: standard output belongs to the program it starts.

/** A quicker step gets no line. */
const SHORTEST_REPORTED_MILLISECONDS = 500

/** Writes one line of progress. */
export function report(line) {
  process.stderr.write(`${line}\n`)
}

/**
 * Does a piece of work and, if it took time, reports what was done and how long it took.
 * `hadWork` decides afterwards whether anything was done: on a busy machine, finding nothing to do takes time too.
 */
export function step(done, work, hadWork = () => true) {
  const begin = performance.now()
  const result = work()
  const duration = performance.now() - begin
  if (duration >= SHORTEST_REPORTED_MILLISECONDS && hadWork())
    report(`✔ ${done} (${(duration / 1000).toFixed(1)} s)`)
  return result
}
