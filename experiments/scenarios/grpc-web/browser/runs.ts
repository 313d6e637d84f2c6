// The runs of the chapter: each flavour of the client over each transport, and what is the same for all of them.

import { facts } from '../../../../harness/facts.ts'
import type { Measured, Results } from '../../../../harness/results.ts'
import type { Run, RunContext } from '../../../../harness/scenario.ts'
import { freePort } from '../../../../processes/free-port.ts'
import { launchChromium } from '../../../../testbed/browser/chromium.ts'
import { LabPage } from '../bed/lab-page.ts'
import { NEEDS_CHROMIUM, TRANSPORTS, type Transport, webBedOf } from '../bed/web-bed.ts'
import { FLAVOURS, type Flavour, type LabOutcome } from '../lab/lab-types.ts'
import { arrivalOf, CAPABILITIES, type Capability, TRIES, type Tried } from './capabilities.ts'

export const CELLS = TRANSPORTS.flatMap((transport) => FLAVOURS.map((flavour) => ({ transport, flavour })))
export type Cell = (typeof CELLS)[number]

export const ARRIVAL = 'arrival of the messages of a stream'
export const PROTOCOL = 'protocol'
export const RESPONSE_BYTES = 'bytes of the body of a response'
export const NOTHING_LISTENS = 'where nothing listens'
export const UNTRUSTED = 'browser.untrusted-authority'

/** Such as `browser.grpc-web-text.tls`. */
export const idOf = ({ transport, flavour }: Cell) =>
  `browser.${flavour.replaceAll(' ', '-')}.${transport.toLowerCase()}`

export const BROWSER_RUNS: readonly Run[] = [
  ...CELLS.map((cell) => ({
    id: idOf(cell),
    labels: { client: cell.flavour, transport: cell.transport },
    needs: [NEEDS_CHROMIUM],
    ...{ rounds: 1, seconds: 3 },
    measure: (context: RunContext) => measure(context, cell),
  })),
  {
    id: UNTRUSTED,
    labels: { client: 'all', transport: 'TLS of an authority that the browser does not know' },
    needs: [NEEDS_CHROMIUM],
    ...{ rounds: 1, seconds: 2 },
    measure: measureUntrusted,
  },
]

async function measure(context: RunContext, { flavour, transport }: Cell): Promise<Measured> {
  const { lab, echo, urls } = await webBedOf(context)
  const caller = { lab, echo, flavour, url: urls[transport], id: `${flavour} ${transport} ${context.round}` }
  const texts: Record<string, string> = {}
  // The others do not wait for the deadline, which takes longest.
  const deadline = TRIES.deadline(caller)
  for (const capability of CAPABILITIES) {
    texts[capability] = JSON.stringify(
      await (capability === 'deadline' ? deadline : TRIES[capability](caller)),
    )
  }
  texts[ARRIVAL] = await arrivalOf(caller)
  const exchange = await lab.network.untilOver(`${caller.id} call`)
  texts[PROTOCOL] = exchange.protocol ?? 'unknown'
  return facts({ texts, figures: { [RESPONSE_BYTES]: exchange.received } })
}

/** The same Envoy and certificate, and a Chromium that was not told to trust it. */
async function measureUntrusted(context: RunContext): Promise<Measured> {
  const { lab: trusting, urls } = await webBedOf(context)
  const browser = await launchChromium()
  try {
    const lab = await LabPage.open(browser, trusting.origin)
    const texts: Record<string, string> = {}
    for (const flavour of FLAVOURS) {
      const id = `${flavour} untrusted`
      const outcome = await lab.run('call', { flavour, url: urls.TLS, kind: 'unary', request: {}, id })
      texts[flavour] = `${outcome.code} ${outcome.text}`
      texts[`${flavour} in the developer tools`] = (await lab.network.untilOver(id)).failure ?? 'no failure'
    }
    const url = `http://127.0.0.1:${await freePort()}`
    await lab.run('call', { flavour: 'connect-web', url, kind: 'unary', request: {}, id: NOTHING_LISTENS })
    texts[NOTHING_LISTENS] = (await lab.network.untilOver(NOTHING_LISTENS)).failure ?? 'no failure'
    return facts({ texts })
  } finally {
    await browser.close()
  }
}

/** What a run of a cell found; undefined if it was not measured. */
export function foundOf(results: Results, id: string): Measured | undefined {
  return results.runs.find((run) => run.id === id)?.measured
}

export function triedOf(results: Results, cell: Cell, capability: Capability): Tried | undefined {
  const text = foundOf(results, idOf(cell))?.texts?.[capability]
  return text === undefined ? undefined : (JSON.parse(text) as Tried)
}

export type { Capability, Flavour, LabOutcome, Transport }
