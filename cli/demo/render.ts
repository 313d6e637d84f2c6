// The demonstration as text: bars, and figures beside what chance would give.

import pc from 'picocolors'
import type { Distribution } from './distribution.ts'
import type { Flip } from './flip.ts'

const BAR_WIDTH = 36

/** `1 connection, 1200 calls` and a bar a backend. */
export function renderDistribution({
  connections,
  calls,
  byBackend,
  variation,
  noiseFloor,
  failures,
}: Distribution): string {
  const count = `${connections} connection${connections === 1 ? '' : 's'}`
  const isEven = variation <= noiseFloor
  const evenness = `CV ${variation.toFixed(3)}`
  const head = [
    pc.bold(`  ${count.padEnd(15)}`),
    `${calls} calls`,
    `${(isEven ? pc.green : pc.yellow)(evenness)} ${pc.dim(`(noise floor ${noiseFloor.toFixed(3)})`)}`,
    failures.length === 0 ? '0 failed' : pc.red(`${failures.length} failed: ${failures[0]}`),
  ].join('   ')
  const bars = [...byBackend].map(([id, served]) => `    ${id}  ${renderBar(served / calls)} ${served}`)
  return [head, ...bars, ''].join('\n')
}

function renderBar(share: number): string {
  const filled = Math.round(share * BAR_WIDTH)
  return pc.cyan('█'.repeat(filled)) + pc.dim('·'.repeat(BAR_WIDTH - filled))
}

export function renderFlip({ ackedMs, lastGoneMs, oldConnections, load }: Flip): string {
  const failed = load.failures.length
  const noticed = failed === 0 ? pc.green('0 failed') : pc.red(`${failed} failed: ${load.failures[0]}`)
  return [
    pc.bold('  L4 → L7, under load'),
    `    ACKed by the Envoy                ${ms(ackedMs)} after the REST call`,
    `    last of ${String(oldConnections).padEnd(2)} old connections gone   ${ms(lastGoneMs)} after the ACK`,
    `    calls meanwhile                   ${String(load.calls).padStart(7)}, ${noticed}`,
    '',
  ].join('\n')
}

function ms(value: number): string {
  return `${value.toFixed(0).padStart(5)} ms`
}
