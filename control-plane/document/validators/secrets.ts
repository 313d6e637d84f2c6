// Secrets: each names the files of a whole certificate, or of a ca.

import type { Config } from '../model.ts'
import type { PlacedProblem } from '../problem.ts'

export function* checkSecrets({ secrets = {} }: Config): Iterable<PlacedProblem> {
  for (const [name, { certificate, key, passphrase, ca, crl }] of Object.entries(secrets)) {
    const steps = ['secrets', name]
    if (certificate === undefined && key === undefined && ca === undefined && crl === undefined) {
      yield { steps, message: 'names no file: write certificate and key, or ca' }
    }
    if (certificate !== undefined && key === undefined) {
      yield { steps: [...steps, 'key'], message: 'is missing: a certificate needs its key' }
    }
    if (certificate === undefined && key !== undefined) {
      yield {
        steps: [...steps, 'certificate'],
        message: 'is missing: a key needs its certificate',
      }
    }
    if (crl !== undefined && ca === undefined) {
      yield {
        steps: [...steps, 'crl'],
        message: 'needs the authorities whose certificates it revokes: write ca beside it',
      }
    }
    if (passphrase !== undefined && key === undefined) {
      yield {
        steps: [...steps, 'passphrase'],
        message: 'needs the key that it decrypts: write key beside it',
      }
    }
  }
}
