// A tab of a real browser in which runs make calls.

import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { Lab } from '../lab/lab-types.ts'
import { Exchanges } from './exchanges.ts'

interface Told {
  readonly event: string
  readonly value: unknown
}

/** What the lab needs of the browser takes as long as the calls do. */
const PATIENCE_MS = 120_000

export class LabPage {
  readonly origin: string
  /** What its network did since it was opened. */
  readonly network: Exchanges
  readonly #page: Page
  readonly #context: BrowserContext
  readonly #told = new Map<string, Told[]>()
  #next = Promise.withResolvers<void>()

  private constructor(origin: string, context: BrowserContext, page: Page, network: Exchanges) {
    this.origin = origin
    this.network = network
    this.#context = context
    this.#page = page
  }

  /** @param origin where the lab is served */
  static async open(browser: Browser, origin: string): Promise<LabPage> {
    const context = await browser.newContext()
    context.setDefaultTimeout(PATIENCE_MS)
    const page = await context.newPage()
    const network = await Exchanges.of(await context.newCDPSession(page), origin)
    const lab = new LabPage(origin, context, page, network)
    await page.exposeFunction('told', (id: string, event: string, value: unknown) =>
      lab.#hear(id, event, value),
    )
    await page.goto(`${origin}/lab.html`)
    return lab
  }

  /** Makes the browser do something. @throws Error with the browser's text, if it threw */
  async run<K extends keyof Lab>(name: K, ...args: Parameters<Lab[K]>): Promise<Awaited<ReturnType<Lab[K]>>> {
    const evaluate = ([key, given]: readonly [K, Parameters<Lab[K]>]) => {
      const { lab } = globalThis as unknown as { lab: Record<K, (...all: typeof given) => unknown> }
      return lab[key](...given)
    }
    // Playwright's types describe values of any depth, which TypeScript gives up on.
    return (await this.#page.evaluate(evaluate as never, [name, args] as never)) as Awaited<
      ReturnType<Lab[K]>
    >
  }

  /** Values of all events of this kind so far. */
  told<T>(id: string, event: string): readonly T[] {
    const all = this.#told.get(id) ?? []
    return all.filter((one) => one.event === event).map(({ value }) => value as T)
  }

  /** The value of the event with this index, once it is there. */
  async untilTold<T>(id: string, event: string, index = 0): Promise<T> {
    for (;;) {
      const values = this.told<T>(id, event)
      if (values.length > index) return values[index] as T
      await this.#next.promise
    }
  }

  /** Resolves when the page has done all that it was to do with what it has got. */
  async settled(): Promise<void> {
    await this.run('hasFetchStreams')
  }

  async close(): Promise<void> {
    await this.#context.close()
  }

  #hear(id: string, event: string, value: unknown): void {
    this.#told.set(id, [...(this.#told.get(id) ?? []), { event, value }])
    this.#next.resolve()
    this.#next = Promise.withResolvers()
  }
}
