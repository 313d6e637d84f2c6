// `yard bundle`: a policy and its data as a signed bundle, which an authorizer takes at run time.

import { readFile, rename, writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { SwitchyardError } from '../../core/errors.ts'
import { writeBundle } from '../../services/authorizer/bundle/bundle.ts'
import { readSigningKey } from '../../services/authorizer/bundle/signature.ts'
import { readPolicyFolder } from '../../services/authorizer/policy-place.ts'
import { report } from '../output/print.ts'
import { withExamples } from './flags.ts'

interface BundleFlags {
  readonly policy: string
  readonly key: string
  readonly out: string
  readonly revision?: string
}

export function addBundle(program: Command): void {
  const command = program
    .command('bundle')
    .description('pack a policy and its data as a signed bundle, as authorizers and OPA itself read them')
    .requiredOption('--policy <folder>', 'where policy.wasm and data.json are, such as policies/authz')
    .requiredOption('--key <file>', 'the private key that signs, in PEM: P-256 or RSA')
    .requiredOption('--out <file>', 'the bundle, such as policy.tar.gz; it is replaced whole')
    .option('--revision <text>', 'what logs call it; a digest of its content by default')
  withExamples(command, [
    ['openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out policy.key', 'a key'],
    ['openssl pkey -in policy.key -pubout -out policy.pub', 'what authorizers know of it'],
    ['yard bundle --policy policies/authz --key policy.key --out policy.tar.gz', 'sign and publish'],
  ])
  command.action(async ({ policy, key, out, revision }: BundleFlags) => {
    const source = await readPolicyFolder(policy)
    const signingKey = readSigningKey(await readKey(key))
    const bundle = await writeBundle({ ...source, revision: revision ?? source.revision }, signingKey)
    // An authorizer that watches the file must not see half of it.
    await writeFile(`${out}.new`, bundle)
    await rename(`${out}.new`, out)
    report(`${out}: revision ${revision ?? source.revision}, signed`)
  })
}

async function readKey(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new SwitchyardError('not-found', `${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
}
