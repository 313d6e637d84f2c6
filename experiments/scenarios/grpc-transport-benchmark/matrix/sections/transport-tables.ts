// What each transport is, and how it was laid.

import type { TableSection } from '../../../../../harness/report/section.ts'
import { BASE } from '../cells.ts'
import { findCell, type MeasuredCell, transportsOf } from '../measured.ts'

export function transportTables(cells: readonly MeasuredCell[]): readonly TableSection[] {
  const transports = transportsOf(cells)
  return [
    {
      kind: 'table',
      title: 'The transports',
      says: 'All of them are on one machine. "Like" names a product whose data path has the same mechanism; the product itself is not here. There is no real wire: where hosts are apart, their distance is that of two network namespaces, unless a program adds one.',
      columns: [{ title: 'transport' }, { title: 'family' }, { title: 'like' }, { title: 'emulated' }],
      rows: transports.map(({ title, family, like, emulates }) => [
        title,
        family.replace('-', ' '),
        like?.replace(/^like /, ''),
        emulates ?? 'nothing: all of it is real',
      ]),
    },
    {
      kind: 'table',
      title: 'How the transports were laid',
      says: 'As the system says: CPU sets, MTU, offloads, congestion control and buffers.',
      columns: [{ title: 'transport' }, { title: 'settings' }],
      rows: transports.flatMap(({ id, title }) => {
        const texts = findCell(cells, id, BASE)?.rounds.at(-1)?.texts ?? {}
        const settings = Object.entries(texts).map(([name, value]) => `${name}: ${value}`)
        return settings.length === 0 ? [] : [[title, settings.join('; ')]]
      }),
    },
  ]
}
