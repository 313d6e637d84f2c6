// What must hold in the browser.

import { check, type Finding } from '../../../../harness/check.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { FLAVOURS } from '../lab/lab-types.ts'
import { BUNDLES, gzipOf, MODULES } from './bundles.ts'
import { CAPABILITIES } from './capabilities.ts'
import { EXPECTED } from './expected.ts'
import { CLIENTS, PAGE } from './page-run.ts'
import {
  ARRIVAL,
  CELLS,
  type Cell,
  foundOf,
  idOf,
  NOTHING_LISTENS,
  PROTOCOL,
  triedOf,
  UNTRUSTED,
} from './runs.ts'

export function browserChecks(results: Results): readonly Check[] {
  return [
    ...CAPABILITIES.map((capability) => {
      const { title, holds } = EXPECTED[capability]
      const findings = CELLS.flatMap((cell): Finding[] => {
        const tried = triedOf(results, cell, capability)
        if (tried === undefined) return []
        const isRight = holds(tried)
        return [
          { fact: isRight ? nameOf(cell) : `${nameOf(cell)}: ${JSON.stringify(tried)}`, holds: isRight },
        ]
      })
      return check('O3.3', `In a browser, ${title}`, findings)
    }),
    check(
      'O3.3',
      'A stream arrives message by message, except in the binary format of grpc-web',
      arrivals(results),
    ),
    check('O3.3', 'A browser speaks HTTP/1.1 in plaintext, and HTTP/2 over TLS', protocols(results)),
    check(
      'O3.3',
      'A certificate that the browser does not trust fails every call, and no page learns why',
      untrusted(results),
    ),
    check('O3.3', 'A person gets the same by the forms of the example page', page(results)),
    check(
      'O3.4',
      'Our .proto files become clients of both kinds, by one generator and one bundler',
      bundles(results),
    ),
  ]
}

const nameOf = ({ flavour, transport }: Cell) => `${flavour}, ${transport}`

function arrivals(results: Results): readonly Finding[] {
  return CELLS.flatMap((cell) => {
    const found = foundOf(results, idOf(cell))?.texts?.[ARRIVAL]
    const expected = cell.flavour === 'grpc-web binary' ? 'all at the end' : 'one by one'
    return found === undefined ? [] : [{ fact: `${nameOf(cell)}: ${found}`, holds: found === expected }]
  })
}

function protocols(results: Results): readonly Finding[] {
  return CELLS.flatMap((cell) => {
    const found = foundOf(results, idOf(cell))?.texts?.[PROTOCOL]
    const expected = cell.transport === 'TLS' ? 'h2' : 'http/1.1'
    return found === undefined ? [] : [{ fact: `${nameOf(cell)}: ${found}`, holds: found === expected }]
  })
}

function untrusted(results: Results): readonly Finding[] {
  const { texts } = foundOf(results, UNTRUSTED) ?? {}
  if (texts === undefined) return []
  const refused = texts[NOTHING_LISTENS] ?? ''
  return [
    ...FLAVOURS.map((flavour) => {
      const [toPage = '', inTools] = [texts[flavour], texts[`${flavour} in the developer tools`]]
      const isHidden = !toPage.startsWith('0') && !/cert/i.test(toPage)
      return {
        fact: `${flavour}: "${toPage}", and in the developer tools ${inTools}`,
        holds: isHidden && inTools === 'net::ERR_CERT_AUTHORITY_INVALID',
      }
    }),
    { fact: `${NOTHING_LISTENS}: ${refused}`, holds: refused === 'net::ERR_CONNECTION_REFUSED' },
  ]
}

function page(results: Results): readonly Finding[] {
  const { texts } = foundOf(results, PAGE) ?? {}
  if (texts === undefined) return []
  const expected: readonly (readonly [string, RegExp])[] = [
    ...CLIENTS.map((client) => [client, /^0: hello, from \w+; 1: hello, from \w+; status 0$/] as const),
    ['status 5', /^status 5\nas the page asked\n.*google\.rpc\.BadRequest/],
    ['chat', /^alice: hello Bob, bob: hello Alice$/],
  ]
  return expected.map(([name, pattern]) => ({
    fact: `${name}: ${texts[name]}`,
    holds: pattern.test(texts[name] ?? ''),
  }))
}

function bundles(results: Results): readonly Finding[] {
  const { figures } = foundOf(results, BUNDLES) ?? {}
  if (figures === undefined) return []
  return MODULES.map(({ name, title }) => {
    const bytes = figures[gzipOf(name)] ?? 0
    return { fact: `${title}: ${bytes} bytes gzipped`, holds: bytes > 0 }
  })
}
