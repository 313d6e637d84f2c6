// Which headers rules may change: not those of HTTP and gRPC themselves, those that Envoy acts on, or those that say who calls.

import { HeaderName } from './header-name.ts'
import type { PlacedProblem } from './placed-problem.ts'
import { facts } from './schema-keywords.ts'

/** What is written of the changes of one header block. */
export interface WrittenHeaderChanges {
  readonly set?: Readonly<Record<string, string>>
  readonly add?: Readonly<Record<string, string>>
  readonly remove?: readonly string[]
}

const WAYS = ['set', 'add', 'remove'] as const
type Way = (typeof WAYS)[number]

/** https://www.rfc-editor.org/rfc/rfc9113#section-8.2.2 and what carries the messages of gRPC. */
const OF_HTTP = [
  'connection',
  'content-length',
  'content-type',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** A document is shown to everybody who may read it, and services believe these. */
const OF_CALLERS = ['authorization', 'forwarded', 'x-forwarded-client-cert', 'x-forwarded-for']

const BINARY = '-bin'
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

/** Of text that stands in a header as it is: visible characters of ASCII, with blanks inside. */
export const VALUE_PATTERN = '^[!-~]([ -~]*[!-~])?$'

/** A map from the names of headers to their values. */
export function headerValues(description: string, envoy: string, example: Readonly<Record<string, string>>) {
  return {
    type: 'object' as const,
    description,
    ...facts({ envoy, example }),
    propertyNames: HeaderName,
    additionalProperties: {
      type: 'string',
      pattern: VALUE_PATTERN,
      maxLength: 4096,
      description: 'a value of visible ASCII characters in quotes, with blanks only inside',
      ...facts({ envoy: 'HeaderValueOption.header', example: 'blue' }),
    },
  }
}

/** Headers that no rule may change, in a request or a response, and names that are written twice. */
export function* headerProblems(changes: WrittenHeaderChanges): Iterable<PlacedProblem> {
  const { set = {}, add = {}, remove = [] } = changes
  const names: Readonly<Record<Way, readonly string[]>> = {
    set: Object.keys(set),
    add: Object.keys(add),
    remove,
  }
  for (const way of WAYS) {
    for (const [index, name] of names[way].entries()) {
      const steps = way === 'remove' ? [way, String(index)] : [way, name]
      const message = protectedBy(name, way) ?? twiceIn(names, name, way)
      if (message !== undefined) yield { steps, message }
    }
  }
  for (const way of ['set', 'add'] as const) {
    for (const [name, value] of Object.entries(changes[way] ?? {})) {
      if (!name.endsWith(BINARY) || BASE64.test(value)) continue
      const message = `is not base64, which the value of a header is whose name ends with ${BINARY}: encode it, or rename the header`
      yield { steps: [way, name], message }
    }
  }
}

function protectedBy(name: string, way: Way): string | undefined {
  if (name === 'host') return 'is the host of the call: write rewrite.host'
  if (name.startsWith('grpc-'))
    return 'is a header of gRPC itself, which client and service rely on: remove it'
  if (name.startsWith('x-envoy-')) {
    return 'is a header that Envoy acts on: write the switch for it instead, such as retry or timeout'
  }
  if (OF_HTTP.includes(name)) return 'is a header of HTTP itself, which says how to read the call: remove it'
  if (OF_CALLERS.includes(name) && way !== 'remove') {
    return 'says who calls, and services believe it: let callers and the checks of the fleet write it'
  }
  return undefined
}

function twiceIn(
  names: Readonly<Record<Way, readonly string[]>>,
  name: string,
  way: Way,
): string | undefined {
  const other = WAYS.slice(0, WAYS.indexOf(way)).find((one) => names[one].includes(name))
  if (other === undefined) return undefined
  const why = other === 'set' ? ', which replaces every value' : ''
  return `is in ${other} too${why}: write it once`
}
