// Reads metrics as Prometheus does: at once, and then each second.

const INTERVAL_MS = 1_000

export class Scraper {
  readonly #sources: readonly (() => Promise<string>)[]
  #timer: NodeJS.Timeout | undefined
  #pending: Promise<unknown>[] = []

  constructor(sources: readonly (() => Promise<string>)[]) {
    this.#sources = sources
  }

  start(): void {
    this.#scrape()
    this.#timer = setInterval(() => this.#scrape(), INTERVAL_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Resolves when the last ones are answered. @throws what a source throws */
  async done(): Promise<void> {
    await Promise.all(this.#pending)
  }

  #scrape(): void {
    this.#pending.push(...this.#sources.map((read) => read()))
  }
}
