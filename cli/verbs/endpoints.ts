// `yard endpoints`: lists the endpoints of an upstream, registers one, or removes it.

import { Argument, type Command } from 'commander'
import type { RegistrationRequest } from '../../api/schemas/endpoints.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { findControlPlane } from '../find-control-plane.ts'
import { print, report } from '../output/print.ts'
import { keepRegistered } from './endpoints/keep-registered.ts'
import { renderEndpoint, renderEndpoints } from './endpoints/render-endpoints.ts'
import { type AdminFlags, countOf, type OutputFlags, withAdmin, withExamples, withOutput } from './flags.ts'

const ACTIONS = ['put', 'delete'] as const
type Action = (typeof ACTIONS)[number]

interface PutFlags {
  readonly weight?: number
  readonly lease?: string
  readonly keep?: true
}

type EndpointsFlags = AdminFlags & OutputFlags & PutFlags

/** What the arguments ask for, once they are known to fit each other. */
type Wanted =
  | { readonly action: 'list' }
  | { readonly action: 'put'; readonly id: string; readonly registration: RegistrationRequest }
  | { readonly action: 'delete'; readonly id: string }

export function addEndpoints(program: Command): void {
  const command = withOutput(
    withAdmin(
      program
        .command('endpoints')
        .description('List the endpoints of an upstream; or register one, or remove it.')
        .argument('<upstream>', 'Name of the upstream.')
        .addArgument(
          new Argument(
            '[action]',
            'put registers an endpoint or renews its lease, delete removes it.',
          ).choices(ACTIONS),
        )
        .argument('[id]', 'Name of the endpoint.')
        .argument('[address]', 'Its address, such as 10.0.0.7:8080.')
        .option('--weight <n>', 'Its weight among the endpoints of its locality.', countOf(1))
        .option('--lease <duration>', 'How long it stays, such as 30s (default: as the upstream says).')
        .option('--keep', 'Renew the lease until this command is ended, and then remove the endpoint.'),
    ),
  )
  withExamples(command, [
    ['yard endpoints echo', 'List them, and where each comes from.'],
    ['yard endpoints echo put b4 10.0.0.7:8080 --lease 1m', 'Register one for a minute.'],
    ['yard endpoints echo put b4 10.0.0.7:8080 --keep', 'Register it until Ctrl-C.'],
    ['yard endpoints echo delete b4', 'Remove it at once.'],
  ])
  command.action(async (upstream: string, action, id, address, flags: EndpointsFlags) => {
    const { admin, output, keep } = flags
    const wanted = readArguments(action, id, address, flags)
    const rest = await findControlPlane(admin)
    if (wanted.action === 'list') return print(await rest.listEndpoints(upstream), output, renderEndpoints)
    if (wanted.action === 'delete') {
      await rest.deleteEndpoint(upstream, wanted.id)
      return report(`removed ${wanted.id} of upstream ${upstream}`)
    }
    const endpoint = await rest.putEndpoint(upstream, wanted.id, wanted.registration)
    print(endpoint, output, renderEndpoint)
    if (keep) await keepRegistered(rest, upstream, endpoint, wanted.registration)
  })
}

/** @throws SwitchyardError `invalid-argument` */
function readArguments(
  action: Action | undefined,
  id: string | undefined,
  address: string | undefined,
  { weight, lease, keep }: PutFlags,
): Wanted {
  const isPut = action === 'put'
  if (!isPut && (weight !== undefined || lease !== undefined || keep))
    reject('--weight, --lease and --keep belong to "put ID ADDRESS"')
  if (action === undefined) return { action: 'list' }
  if (id === undefined) reject(`name the endpoint: yard endpoints UPSTREAM ${action} ID`)
  if (!isPut) return address === undefined ? { action, id } : reject('delete takes no address')
  if (address === undefined)
    reject(`give the address of "${id}", such as 10.0.0.7:8080: … put ${id} HOST:PORT`)
  const fields = { ...(weight !== undefined && { weight }), ...(lease !== undefined && { lease }) }
  return { action, id, registration: { address, ...fields } }
}

function reject(message: string): never {
  throw new SwitchyardError('invalid-argument', message)
}
