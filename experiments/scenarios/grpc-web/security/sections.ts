// What the report shows of tokens and origins.

import type { Cell, Section } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { FLAVOURS } from '../lab/lab-types.ts'
import { CASE_NAMES, CASES, type CaseName, caseOf, simpleOf } from './findings.ts'

export function securitySections(results: Results): readonly Section[] {
  const rows = CASE_NAMES.flatMap((name) => rowsOf(name, results))
  if (rows.length === 0) return []
  const simple = simpleOf(results)
  return [
    {
      kind: 'table',
      title: 'Tokens and origins',
      says: `A browser asks first (the preflight, an \`OPTIONS\` request), and **never sends the token along** with that. So CORS has to answer before anything asks for a token: then the preflight gets 200, and a denial comes with the headers that let the page read it, here HTTP 401 with gRPC status 16. connect-web gives the page Envoy’s text; grpc-web throws it away and says which HTTP status it was. Where CORS is off, the preflight is denied with 401, and no page learns why. A page of another origin is kept out by **its browser**: the proxy would have answered, as the row with the valid token shows.${simple ? ` Without a preflight (a request that a form could send) the service gets ${simple.reached} calls, because gRPC-Web needs a content type of its own.` : ''}`,
      columns: [
        { title: 'page' },
        { title: 'client' },
        { title: 'preflight', decimals: 0 },
        { title: 'HTTP', decimals: 0 },
        { title: 'what the page gets' },
        { title: 'in the developer tools' },
        { title: 'reached the service' },
      ],
      rows,
    },
  ]
}

/** A row for clients that found the same. */
function rowsOf(name: CaseName, results: Results): readonly (readonly Cell[])[] {
  const found = caseOf(results, name)
  if (found === undefined) return []
  const byCells = new Map<string, { clients: string[]; cells: readonly Cell[] }>()
  for (const flavour of FLAVOURS) {
    const { code, text, http, preflight, failure, reached } = found[flavour]
    const cells = [
      preflight ?? 'remembered',
      http ?? 'none',
      `${code}${text === '' ? '' : `: ${text}`}`,
      failure?.includes('Preflight') ? failure.replace(/^.*, /, '') : undefined,
      reached ? 'yes' : 'no',
    ]
    const key = JSON.stringify(cells)
    const row = byCells.get(key) ?? { clients: [], cells }
    row.clients.push(flavour)
    byCells.set(key, row)
  }
  return [...byCells.values()].map(({ clients, cells }) => [CASES[name], clients.join(', '), ...cells])
}
