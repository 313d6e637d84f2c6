// How many packets of a capture match each of many display filters, in one run of tshark.

import { AS_HTTP2, tshark } from '../../../../testbed/http2/tshark.ts'

/** @param options such as those that decode with protos @throws Error with tshark's words for a filter that it does not know */
export async function countPackets(
  file: string,
  filters: readonly string[],
  options: readonly string[] = [],
): Promise<readonly number[]> {
  const stat = ['io', 'stat', '0', ...filters].join(',')
  const lines = await tshark(['-r', file, ...AS_HTTP2, ...options, '-q', '-z', stat])
  // Its only row: an interval, then packets and bytes by filter.
  const row = lines.find((line) => line.includes('<>')) ?? ''
  const numbers = row.split('|').slice(2, -1).map(Number)
  return filters.map((_, index) => numbers[index * 2] ?? Number.NaN)
}
