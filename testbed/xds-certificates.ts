// Certificates for mutual TLS on xDS: the control plane's, and one for each node of a testbed, of an authority made for it.

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeUri } from '../core/spiffe-ids.ts'
import type { XdsTlsFiles } from '../envoy-bootstrap/xds-tls.ts'
import { writeCertificates } from './certificates/folder.ts'

/** A testbed may stay up for days, and an Envoy of it that crashes has to find its way back. */
const LIFE_MS = 7 * 24 * 3_600_000

export class XdsCertificates {
  readonly #folder: string
  readonly #notAfter = new Date(Date.now() + LIFE_MS)

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** With the control plane's; the folder is emptied first, so that what an earlier testbed issued is worth nothing. */
  static async create(folder: string): Promise<XdsCertificates> {
    await rm(folder, { recursive: true, force: true })
    const certificates = new XdsCertificates(folder)
    await writeCertificates(folder, { notAfter: certificates.#notAfter })
    return certificates
  }

  /** Issues those of nodes, each named by its fleet. */
  async issue(nodes: readonly { readonly fleet: string; readonly node: string }[]): Promise<void> {
    const subjects = nodes.map(({ fleet, node }) => ({ name: fileOf(node), uris: [nodeUri(fleet, node)] }))
    await writeCertificates(this.#folder, { notAfter: this.#notAfter, subjects })
  }

  get controlPlane(): XdsTlsFiles {
    return this.#filesOf('control-plane')
  }

  of(node: string): XdsTlsFiles {
    return this.#filesOf(fileOf(node))
  }

  #filesOf(name: string): XdsTlsFiles {
    const path = (file: string) => join(this.#folder, file)
    return { certificate: path(`${name}.pem`), key: path(`${name}.key`), ca: path('ca.pem') }
  }
}

function fileOf(node: string): string {
  return encodeURIComponent(node)
}
