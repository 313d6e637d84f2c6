// The client of the layers, as a process: each layer in each turn, in an order that changes.

import { createInterface } from 'node:readline'
import {
  encodeHistogram,
  newHistogram,
  quantileMs,
  record,
} from '../../../../../testbed/measure/histogram.ts'
import { LAYER_NAMES, type Layer, type LayersResult, type LayersRun } from '../layers.ts'
import { type OpenLayers, openLayers } from './open-layers.ts'

const byLayer = <T>(value: (layer: Layer) => T) =>
  Object.fromEntries(LAYER_NAMES.map((layer) => [layer, value(layer)])) as Record<Layer, T>

async function measure(run: LayersRun): Promise<LayersResult> {
  const open = await openLayers(run)
  const all = byLayer(newHistogram)
  const p50 = byLayer((): number[] => [])
  const wrong = byLayer(() => 0)
  for (const layer of LAYER_NAMES) await callFor(open, layer, run.warmUpSeconds, () => {})
  for (let turn = 0; turn < run.turns; turn += 1) {
    for (const layer of shuffled(LAYER_NAMES)) {
      const own = newHistogram()
      await callFor(open, layer, run.seconds, (ms, isRight) => {
        record(own, ms)
        if (!isRight) wrong[layer] += 1
      })
      all[layer].add(own)
      p50[layer].push(quantileMs(own, 0.5))
    }
  }
  const histograms = byLayer((layer) => encodeHistogram(all[layer]))
  return { histograms, p50, wrong, requestBytes: open.requestBytes }
}

/** At least one call. */
async function callFor(
  { calls, expected }: OpenLayers,
  layer: Layer,
  seconds: number,
  ended: (ms: number, isRight: boolean) => void,
): Promise<void> {
  const until = performance.now() + seconds * 1_000
  let begun = performance.now()
  do {
    const length = await calls[layer]()
    const now = performance.now()
    ended(now - begun, length === expected[layer])
    begun = now
  } while (begun < until)
}

/** In a new order each time, so that no layer always follows the same one. */
function shuffled<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    measure(JSON.parse(line)).then(
      (result) => process.stdout.write(`${JSON.stringify({ result })}\n`),
      (error: unknown) => process.stdout.write(`${JSON.stringify({ failed: String(error) })}\n`),
    )
  })
  .on('close', () => process.exit(0))
process.stdout.write(`${JSON.stringify({ client: process.pid })}\n`)
