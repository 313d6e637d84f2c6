// Settings that have no effect for clients of a fleet. Clients ignore them silently, so the document says it: as an error where
// somebody relies on it in vain, and as a warning where other clients may need the setting.

import {
  type GrpcClient,
  type GrpcContext,
  namesOfClients,
  type Unsupported,
} from '../switches/grpc-clients.ts'
import { SWITCHES, type Switches } from '../switches/switches.ts'
import { type ConfiguredSwitch, switchesReachedBy } from './configured-switches.ts'
import { type Config, type Fleet, grpcClientsOf, lbOf } from './model.ts'
import { formatSteps, type PlacedProblem } from './problem.ts'

export interface Finding extends PlacedProblem {
  readonly isError: boolean
  /** What is not supported, as a noun phrase. */
  readonly what: string
  /** The gRPC clients that it is about; undefined if it is about the kind of the fleet. */
  readonly clients?: readonly GrpcClient[]
}

/**
 * What clients of the fleet do not support, of all that they reach. It is an error if no client of the fleet supports a setting
 * of the fleet itself, and always if the setting protects calls or breaks a client; otherwise a warning. Settings that are off are not listed.
 */
export function findUnsupported(
  config: Config,
  name: string,
  fleet: Fleet,
  switches: Switches = SWITCHES,
): readonly Finding[] {
  const { configured } = switchesReachedBy(config, name, fleet, switches)
  const seen = new Set<ConfiguredSwitch>()
  return configured.flatMap((one) => {
    if (isSupportedByAll(one, fleet)) return []
    const { enabled } = { ...(one.settings as { readonly enabled?: boolean }) }
    if (enabled === false || seen.has(one)) return []
    seen.add(one)
    return findingsAbout(one, { config, name, fleet })
  })
}

/** By the declaration alone, so that a write does not look at the settings of each of many thousand upstreams. */
function isSupportedByAll({ declared }: ConfiguredSwitch, { kind }: Fleet): boolean {
  if (!declared.appliesTo.includes(kind)) return false
  if (kind === 'envoy') return declared.unsupportedByEnvoy === undefined
  return declared.grpcClients === undefined && declared.unsupportedBy === undefined
}

interface Place {
  readonly config: Config
  readonly name: string
  readonly fleet: Fleet
}

function findingsAbout(one: ConfiguredSwitch, place: Place): readonly Finding[] {
  const { steps, declared } = one
  const { name, fleet } = place
  const isStrict = declared.protects === true || steps[0] === 'fleets'
  if (!declared.appliesTo.includes(fleet.kind)) {
    const kinds = declared.appliesTo.join(' and ')
    const what = `has no effect in fleet ${formatSteps([name])}, whose kind is ${fleet.kind}: only ${kinds} clients support it`
    const message = isStrict ? `${what}, so remove it or use another fleet` : what
    return [{ steps, isError: isStrict, message, what: nameOf(one) }]
  }
  const clients = grpcClientsOf(fleet)
  if (clients === undefined) return findingsOfEnvoys(one, place, isStrict)
  return [...Map.groupBy(unsupportedBy(one, clients, place), keyOf).values()].flatMap((same) => {
    const [first] = same
    if (first === undefined) return []
    const lacking = same.map(({ client }) => client)
    const isNobody = lacking.length === clients.length
    const isRelied = isNobody ? isStrict : declared.protects === true
    const isError = first.breaks === true || (first.unless === undefined && isRelied)
    const message = describe(first, isNobody ? 'any' : namesOfClients(lacking), one, name)
    const what = first.what === '' ? nameOf(one) : first.what
    const unless = first.unless === undefined ? '' : `, unless ${first.unless}`
    return [{ steps: placeOf(one, first), isError, message, what: `${what}${unless}`, clients: lacking }]
  })
}

function findingsOfEnvoys(
  one: ConfiguredSwitch,
  { name, fleet }: Place,
  isStrict: boolean,
): readonly Finding[] {
  const found = fleet.kind === 'envoy' ? (one.declared.unsupportedByEnvoy?.(one.written) ?? []) : []
  return found.map((lacking) => ({
    steps: placeOf(one, lacking),
    isError: isStrict,
    message: `${lacking.what} has no effect in fleet ${formatSteps([name])}, whose kind is envoy`,
    what: lacking.what,
  }))
}

/** Whole switches that clients do not know have an empty `what`. */
function unsupportedBy(
  { steps, declared, written }: ConfiguredSwitch,
  clients: readonly GrpcClient[],
  place: Place,
): readonly Unsupported[] {
  const knowing = clients.filter((client) => declared.grpcClients?.includes(client) ?? true)
  const whole = clients.filter((client) => !knowing.includes(client)).map((client) => ({ client, what: '' }))
  const inPart = declared.unsupportedBy?.(written, contextOf(steps, place)) ?? []
  return [...whole, ...inPart.filter(({ client }) => knowing.includes(client))]
}

function describe(
  { what, unless, effect: becomes = 'has no effect', fix }: Unsupported,
  clients: string,
  { steps, declared }: ConfiguredSwitch,
  fleet: string,
): string {
  const effect = `${becomes} for ${clients} ${clients === 'any' ? 'client' : 'clients'} of fleet ${formatSteps([fleet])}`
  if (what !== '') {
    return `${what} ${effect}${unless === undefined ? '' : `, unless ${unless}`}${fix === undefined ? '' : `: ${fix}`}`
  }
  const instead = isPolicy(steps) ? ', which use round_robin instead' : ''
  return `${effect}${instead}: only ${namesOfClients(declared.grpcClients ?? [])} support it`
}

/** The place of something in a switch: the settings of a policy are beside its name. */
export function placeOf(
  { steps }: ConfiguredSwitch,
  { steps: inner = [] }: Pick<Unsupported, 'steps'>,
): readonly string[] {
  return inner.length > 0 && isPolicy(steps) ? [...steps.slice(0, -1), ...inner] : [...steps, ...inner]
}

function nameOf({ steps, settings }: ConfiguredSwitch): string {
  const { policy } = { ...(settings as { readonly policy?: string }) }
  return isPolicy(steps) ? `the policy ${policy}, and uses round_robin instead` : String(steps.at(-1))
}

function isPolicy(steps: readonly string[]): boolean {
  return steps.at(-1) === 'policy'
}

function keyOf({ what, steps = [], unless = '' }: Unsupported): string {
  return JSON.stringify([what, steps, unless])
}

/** A setting of an upstream works with the policy of that upstream, all others with the policy of the fleet. */
function contextOf([map, entry = '']: readonly string[], { config, fleet }: Place): GrpcContext {
  const upstream = map === 'upstreams' ? config.upstreams[entry] : undefined
  if (fleet.lb === undefined) return { policy: '' }
  return { policy: upstream === undefined ? fleet.lb.policy : lbOf(fleet, upstream).policy }
}
