// `yard certs`: creates a development CA and certificates in a folder.

import { isIP } from 'node:net'
import { type Command, InvalidArgumentError } from 'commander'
import { stringify } from 'yaml'
import { SwitchyardError } from '../../core/errors.ts'
import type { Subject } from '../../testbed/certificates/authority.ts'
import { certManagerManifests } from '../../testbed/certificates/cluster-issuer.ts'
import { PARTS, writeCertificates } from '../../testbed/certificates/folder.ts'
import { report } from '../output/print.ts'
import { countOf, withExamples } from './flags.ts'

const HOUR_MS = 3_600_000

interface CertsFlags {
  readonly out?: string
  readonly certManager?: string
  readonly hours: number
  readonly for: readonly Subject[]
  readonly dns: readonly string[]
  readonly ip: readonly string[]
}

export function addCerts(program: Command): void {
  const command = program
    .command('certs')
    .description('Create development certificates, or renew them; keep the CA of the folder.')
    .option(
      '--out <folder>',
      'Write secrets/ (edge, client, echo, ca.pem) and identities/ (control-plane, ca) into this folder.',
    )
    .option(
      '--cert-manager <namespace>',
      'Print cert-manager manifests for the same certificates in a cluster.',
    )
    .option('--hours <number>', 'Validity in hours.', countOf(1), 24)
    .option('--for <name=uri>', 'Add an identity with a SPIFFE ID (repeatable).', readSubject, [])
    .option('--dns <name>', 'Add a host name to the certificates of servers (repeatable).', readDns, [])
    .option('--ip <address>', 'Add an IP address to the certificates of servers (repeatable).', readIp, [])
  withExamples(command, [
    ['yard certs --out .', 'Create them beside a configuration, which finds them in secrets/.'],
    ['yard certs --cert-manager mesh | kubectl apply -f -', 'Create the same in a cluster.'],
    ['yard certs --out . --for edge-1=spiffe://switchyard/fleet/edge/node/edge-1', 'Add one for a node.'],
    ['yard certs --out . --dns shop.local --ip 10.0.0.7', 'Name the host of an Envoy of your own.'],
  ])
  command.action(async ({ out, certManager: namespace, hours, for: subjects, dns, ip: ips }: CertsFlags) => {
    if (namespace !== undefined) {
      if (dns.length + ips.length > 0) {
        throw new SwitchyardError(
          'invalid-argument',
          '--dns and --ip belong to --out: edit the names of servers in the manifests',
        )
      }
      const manifests = certManagerManifests([...PARTS, ...subjects], { namespace, issuer: 'switchyard' })
      process.stdout.write(
        manifests.map((one) => stringify(one, { aliasDuplicateObjects: false })).join('---\n'),
      )
      return
    }
    if (out === undefined) {
      throw new SwitchyardError('invalid-argument', '--out FOLDER or --cert-manager NAMESPACE is missing')
    }
    const notAfter = new Date(Date.now() + hours * HOUR_MS)
    for (const file of await writeCertificates(out, { notAfter, subjects, serverNames: { dns, ips } }))
      report(file)
  })
}

function readSubject(text: string, before: readonly Subject[]): readonly Subject[] {
  const [, name, uri] = /^([\w.-]+)=(\w+:.+)$/.exec(text) ?? []
  if (name !== undefined && uri !== undefined) return [...before, { name, uris: [uri] }]
  throw new InvalidArgumentError(
    `Write NAME=URI, such as edge-1=spiffe://switchyard/fleet/edge/node/edge-1, not "${text}".`,
  )
}

function readDns(text: string, before: readonly string[]): readonly string[] {
  if (/^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text) && isIP(text) === 0) return [...before, text]
  throw new InvalidArgumentError(`Write a host name, such as shop.local, not "${text}".`)
}

function readIp(text: string, before: readonly string[]): readonly string[] {
  if (isIP(text) !== 0) return [...before, text]
  throw new InvalidArgumentError(`Write an IP address, such as 10.0.0.7, not "${text}".`)
}
