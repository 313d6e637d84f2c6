// Certificates for mutual TLS on xDS: the control plane's, and one for each node of a testbed.

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceFile } from '../core/replace-file.ts'
import { nodeUri } from '../core/spiffe-ids.ts'
import { watchedFiles, watchedPaths, type XdsTlsFiles } from '../envoy-bootstrap/xds-tls.ts'
import { writeIdentities } from './certificates/folder.ts'

/** A testbed may run for days, and an Envoy that crashes has to reconnect. */
const LIFE_MS = 7 * 24 * 3_600_000

export class XdsCertificates {
  readonly #folder: string
  readonly #notAfter = new Date(Date.now() + LIFE_MS)

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** Creates a CA and the control plane's certificate. Empties the folder first: certificates of an earlier testbed become invalid. */
  static async create(folder: string): Promise<XdsCertificates> {
    await rm(folder, { recursive: true, force: true })
    const certificates = new XdsCertificates(folder)
    await writeIdentities(folder, { notAfter: certificates.#notAfter })
    return certificates
  }

  /** The certificates of a running testbed. */
  static open(folder: string): XdsCertificates {
    return new XdsCertificates(folder)
  }

  /** Issues a certificate for each node. */
  async issue(nodes: readonly { readonly fleet: string; readonly node: string }[]): Promise<void> {
    const subjects = nodes.map(({ fleet, node }) => ({ name: fileOf(node), uris: [nodeUri(fleet, node)] }))
    await writeIdentities(this.#folder, { notAfter: this.#notAfter, subjects })
    for (const { node } of nodes) {
      const { watched, ...files } = this.of(node)
      const content = watchedFiles(files)
      await replaceFile(watched.certificate, content.certificate)
      await replaceFile(watched.ca, content.ca)
    }
  }

  get controlPlane(): XdsTlsFiles {
    return this.#filesOf('control-plane')
  }

  of(node: string): Required<XdsTlsFiles> {
    const watched = watchedPaths(join(this.#folder, fileOf(node)))
    return { ...this.#filesOf(fileOf(node)), watched }
  }

  #filesOf(name: string): XdsTlsFiles {
    const path = (file: string) => join(this.#folder, file)
    return { certificate: path(`${name}.pem`), key: path(`${name}.key`), ca: path('ca.pem') }
  }
}

function fileOf(node: string): string {
  return encodeURIComponent(node)
}
