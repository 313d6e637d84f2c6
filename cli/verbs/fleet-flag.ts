// The flag --fleet of `yard up`: a number of Envoys, or the languages of gRPC clients.

import { InvalidArgumentError } from 'commander'
import type { FleetSizes } from '../../testbed/fleets.ts'
import { GRPC_LANGUAGES } from '../../testbed/grpc-programs/find-grpc-program.ts'
import type { ProxylessFleets } from '../../testbed/proxyless-fleets.ts'

export interface FleetFlags {
  readonly envoys: FleetSizes
  readonly proxyless: ProxylessFleets
}

const NOTHING: FleetFlags = { envoys: new Map(), proxyless: new Map() }

/** Reads `NAME=SIZE` or `NAME=proxyless:LANGUAGE,…`, once for each fleet; the last one of a name counts. */
export function readFleet(text: string, { envoys, proxyless }: FleetFlags = NOTHING): FleetFlags {
  const [, name = '', value = ''] = /^([^=]+)=(.+)$/.exec(text) ?? []
  const others = <T>(fleets: ReadonlyMap<string, T>) => [...fleets].filter(([other]) => other !== name)
  if (/^\d+$/.test(value)) {
    return {
      envoys: new Map([...others(envoys), [name, Number(value)]]),
      proxyless: new Map(others(proxyless)),
    }
  }
  const [, listed] = /^proxyless:(.+)$/.exec(value) ?? []
  if (listed === undefined) {
    throw new InvalidArgumentError(
      `Write NAME=SIZE, such as edge=3, or NAME=proxyless:LANGUAGE,…, such as clients=proxyless:node,python, not "${text}".`,
    )
  }
  const languages = readLanguages(listed)
  return { envoys: new Map(others(envoys)), proxyless: new Map([...others(proxyless), [name, languages]]) }
}

function readLanguages(text: string) {
  const given = text.split(',')
  return [...new Set(given)].map((one) => {
    const language = GRPC_LANGUAGES.find((known) => known === one)
    if (language !== undefined) return language
    throw new InvalidArgumentError(
      `Unknown language of gRPC "${one}". Use one of: ${GRPC_LANGUAGES.join(', ')}.`,
    )
  })
}
