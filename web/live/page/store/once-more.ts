// Reading again what has changed while it was read.

/**
 * A function that reads, and reads once more after that if it was called meanwhile, however often.
 * @param pause resolves when the next reading may begin; default: at once
 */
export function onceMore(
  read: () => Promise<void>,
  pause: () => Promise<void> = async () => {},
): () => Promise<void> {
  let isReading = false
  let isStale = false
  return async () => {
    isStale = true
    if (isReading) return
    isReading = true
    try {
      while (isStale) {
        isStale = false
        await read()
        await pause()
      }
    } finally {
      isReading = false
    }
  }
}
