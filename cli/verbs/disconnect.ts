// `yard disconnect`: ends the streams of a node, which connects again.

import type { Command } from 'commander'
import type { RestClient } from '../../api/client.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { findControlPlane } from '../find-control-plane.ts'
import { report } from '../output/print.ts'
import { type AdminFlags, withAdmin, withExamples } from './flags.ts'

interface DisconnectFlags extends AdminFlags {
  readonly fleet?: string
}

export function addDisconnect(program: Command): void {
  const command = withAdmin(
    program
      .command('disconnect')
      .description(
        'End the streams of a node. It connects again, is authorized anew, and gets what it lacks.',
      )
      .argument('<node>', 'Name of the node; "yard status" lists them.')
      .option('--fleet <name>', 'The fleet of the node, if several fleets have a node of this name.'),
  )
  withExamples(command, [
    ['yard disconnect edge-1', 'End its streams.'],
    ['yard disconnect client-1 --fleet clients', 'The one of this fleet.'],
  ])
  command.action(async (node: string, { admin, fleet }: DisconnectFlags) => {
    const rest = await findControlPlane(admin)
    const { streams } = await rest.deleteStreams(fleet ?? (await fleetOf(rest, node)), node)
    report(`ended ${streams} ${streams === 1 ? 'stream' : 'streams'} of ${node}: it connects again`)
  })
}

/** @throws SwitchyardError `not-found`, or `invalid-argument` if several fleets have such a node */
async function fleetOf(rest: RestClient, node: string): Promise<string> {
  const { nodes } = await rest.getStatus()
  const fleets = nodes.filter(({ id, connected }) => id === node && connected).map(({ fleet }) => fleet)
  const [fleet, ...others] = fleets
  if (fleet === undefined) {
    const connected = [...new Set(nodes.filter((one) => one.connected).map(({ id }) => id))]
    const known = connected.length === 0 ? 'No node is' : `Use one of: ${connected.slice(0, 10).join(', ')}`
    throw new SwitchyardError('not-found', `no node "${node}" is connected. ${known}`)
  }
  if (others.length === 0) return fleet
  throw new SwitchyardError(
    'invalid-argument',
    `the fleets ${fleets.join(', ')} have a node "${node}": add --fleet with one of them`,
  )
}
