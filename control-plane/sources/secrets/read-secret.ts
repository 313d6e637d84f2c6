// One secret as its files are now: material to serve, or what is wrong with them.

import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { SecretFiles } from '../../switches/tls.ts'
import { checkAuthorities, checkCertificate, type Unfit } from './check-certificate.ts'
import type { SecretMaterial } from './secret-bytes.ts'

export interface ReadSecret {
  readonly material: SecretMaterial
  /** When the first of what is in it expires. */
  readonly notAfter: Date
}

/** Certificates are a few KiB; a larger file is something else, and is not read into memory. */
const MAX_BYTES = 1_048_576

type Texts = { readonly [K in Unfit['field']]?: string }

/** The material, or each field that is unfit. */
export async function readSecret(
  folder: string,
  files: SecretFiles,
  now: Date,
): Promise<ReadSecret | readonly Unfit[]> {
  const unfit: Unfit[] = []
  const texts: Record<string, string> = {}
  for (const [field, file] of Object.entries(files) as [Unfit['field'], string][]) {
    const read = await readText(join(folder, file))
    if ('text' in read) texts[field] = read.text
    else unfit.push({ field, message: `${file} ${read.fault}` })
  }
  return unfit.length > 0 ? unfit : check(texts, now)
}

function check({ certificate, key, passphrase, ca }: Texts, now: Date): ReadSecret | readonly Unfit[] {
  const unfit: Unfit[] = []
  const ends: Date[] = []
  const material: { -readonly [K in keyof SecretMaterial]: SecretMaterial[K] } = {}
  if (certificate !== undefined && key !== undefined) {
    const opening = passphrase === undefined ? {} : { passphrase: passphrase.trim() }
    const checked = checkCertificate({ certificate, key, ...opening }, now)
    if ('chain' in checked) {
      material.certificate = { chain: checked.chain, key: checked.key }
      ends.push(checked.notAfter)
    } else unfit.push(...checked)
  }
  if (ca !== undefined) {
    const checked = checkAuthorities(ca, now)
    if ('ca' in checked) {
      material.ca = checked.ca
      ends.push(checked.notAfter)
    } else unfit.push(checked)
  }
  if (unfit.length > 0) return unfit
  return { material, notAfter: new Date(Math.min(...ends.map((end) => end.getTime()))) }
}

async function readText(path: string): Promise<{ readonly text: string } | { readonly fault: string }> {
  try {
    const { size } = await stat(path)
    if (size > MAX_BYTES) return { fault: `has ${size} bytes, and no certificate has more than ${MAX_BYTES}` }
    return { text: await readFile(path, 'utf8') }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error
    if (code === 'ENOENT') return { fault: 'is not there: write it first' }
    if (code === 'EACCES') return { fault: 'may not be read by the control plane: give it the right to' }
    return { fault: `cannot be read (${code})` }
  }
}
