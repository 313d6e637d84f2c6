// `yard bundle`: packs a policy and its data as a signed bundle, which an authorizer loads at run time.

import { readFile, rename, writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { SwitchyardError } from '../../core/errors.ts'
import { writeBundle } from '../../services/authorizer/bundle/bundle.ts'
import { readSigningKey } from '../../services/authorizer/bundle/signature.ts'
import { readPolicyFolder } from '../../services/authorizer/policy-location.ts'
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
    .description('Pack a policy and its data as a signed OPA bundle.')
    .requiredOption('--policy <folder>', 'Folder of policy.wasm and data.json, such as policies/authz.')
    .requiredOption('--key <file>', 'Private key, PEM: P-256 or RSA.')
    .requiredOption('--out <file>', 'Bundle to write, such as policy.tar.gz; replaced atomically.')
    .option(
      '--revision <number>',
      'Number that grows with each bundle, such as 42 or 42-hotfix (default: milliseconds since 1970).',
    )
  withExamples(command, [
    ['openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out policy.key', 'Create a key.'],
    ['openssl pkey -in policy.key -pubout -out policy.pub', 'Extract the public key for authorizers.'],
    ['yard bundle --policy policies/authz --key policy.key --out policy.tar.gz', 'Sign and publish.'],
  ])
  command.action(async ({ policy, key, out, revision = String(Date.now()) }: BundleFlags) => {
    const source = await readPolicyFolder(policy)
    const signingKey = readSigningKey(await readKey(key))
    const bundle = await writeBundle({ ...source, revision }, signingKey)
    // An authorizer that watches the file must not read half of it.
    await writeFile(`${out}.new`, bundle)
    await rename(`${out}.new`, out)
    report(`${out}: revision ${revision}, signed`)
  })
}

async function readKey(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new SwitchyardError('not-found', `cannot read ${path}: ${(cause as Error).message}`, { cause })
  }
}
