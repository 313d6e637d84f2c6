// `yard certs`: a development authority and certificates for the parts of a testbed, in a folder.

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
}

export function addCerts(program: Command): void {
  const command = program
    .command('certs')
    .description('make development certificates, or renew them; the authority of the folder stays')
    .option('--out <folder>', 'where they go: ca, edge, client, echo and control-plane, .pem and .key')
    .option(
      '--cert-manager <namespace>',
      'print manifests, by which cert-manager makes the same in a cluster',
    )
    .option('--hours <number>', 'how long they are valid', countOf(1), 24)
    .option('--for <name=uri>', 'one more, with a SPIFFE ID; may be given again', readSubject, [])
  withExamples(command, [
    ['yard certs --out certs', 'all that the example configuration refers to'],
    ['yard certs --cert-manager mesh | kubectl apply -f -', 'the same in a cluster'],
    ['yard certs --out certs --for edge-1=spiffe://switchyard/node/edge/edge-1', 'one for a node, too'],
  ])
  command.action(async ({ out, certManager: namespace, hours, for: subjects }: CertsFlags) => {
    if (namespace !== undefined) {
      const manifests = certManagerManifests([...PARTS, ...subjects], { namespace, issuer: 'switchyard' })
      process.stdout.write(
        manifests.map((one) => stringify(one, { aliasDuplicateObjects: false })).join('---\n'),
      )
      return
    }
    if (out === undefined) {
      throw new SwitchyardError(
        'invalid-argument',
        'name where they go, --out FOLDER, or --cert-manager NAMESPACE',
      )
    }
    const notAfter = new Date(Date.now() + hours * HOUR_MS)
    for (const file of await writeCertificates(out, { notAfter, subjects })) report(file)
  })
}

function readSubject(text: string, before: readonly Subject[]): readonly Subject[] {
  const [, name, uri] = /^([\w.-]+)=(\w+:.+)$/.exec(text) ?? []
  if (name !== undefined && uri !== undefined) return [...before, { name, uris: [uri] }]
  throw new InvalidArgumentError(
    `it is a name and a URI, such as edge-1=spiffe://switchyard/edge-1, not "${text}".`,
  )
}
