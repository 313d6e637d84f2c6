// The endpoints of an upstream as a table, and what is wrong with their source.

import type { UpstreamEndpoint, UpstreamEndpoints } from '../../../api/schemas/endpoints.ts'
import { renderTable } from '../../../testbed/measure/table.ts'

const COLUMNS = ['endpoint', 'address', 'from', 'weight', 'locality', 'note'].map((title) => ({ title }))

export function renderEndpoints({ source, endpoints }: UpstreamEndpoints): string {
  const problems = (source?.problems ?? []).map(({ path, message }) => `  ${path}: ${message}`)
  return [renderTable(COLUMNS, endpoints.map(toRow)), ...problems].join('\n')
}

export function renderEndpoint(endpoint: UpstreamEndpoint): string {
  return renderTable(COLUMNS, [toRow(endpoint)])
}

function toRow(endpoint: UpstreamEndpoint): readonly string[] {
  const { id, address, from, weight, locality = {} } = endpoint
  const { region, zone, subZone } = locality
  const place = [region, zone, subZone].filter((part) => part !== undefined).join('/')
  return [id, address, from, String(weight ?? ''), place, noteOf(endpoint)]
}

function noteOf({ served, state, lease, remainingMs }: UpstreamEndpoint): string {
  const left = lease === undefined ? '' : `lease ${lease}, ${Math.ceil((remainingMs ?? 0) / 1_000)}s left`
  const notes = [served ? '' : 'not served: its name or address is taken', state ?? '', left]
  return notes.filter((note) => note !== '').join('; ')
}
