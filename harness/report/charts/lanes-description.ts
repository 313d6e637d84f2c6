// A picture of lanes in words, for readers who do not see it.

import { bytesText } from '../content/number-text.ts'
import type { Lane, LanesPicture } from '../section.ts'

const MOST_LANES = 12

export function describeLanes(lanes: readonly Lane[], windows: NonNullable<LanesPicture['windows']>): string {
  const told = lanes.slice(0, MOST_LANES).map(describeLane)
  const more = lanes.length > MOST_LANES ? [`${lanes.length - MOST_LANES} more lanes`] : []
  const smallest = windows.map(
    ({ label, points }) =>
      `${label}: at least ${bytesText(points.reduce((low, [, bytes]) => Math.min(low, bytes), Number.MAX_SAFE_INTEGER))}`,
  )
  return [...told, ...more, ...smallest].join('. ')
}

function describeLane({ label, marks, stalls = [] }: Lane): string {
  const sides = (['client', 'server'] as const).map((from) => {
    const sent = marks.filter((mark) => mark.from === from)
    return `${sent.length} frames from the ${from}`
  })
  const stalled = stalls.length > 0 ? [`out of window ${stalls.length} times`] : []
  return `${label}: ${[...sides, ...stalled].join(', ')}`
}
