// What the files of secrets hold: it goes to Envoys, and nowhere else.

/** In PEM; which of them are there follows from the document. */
export interface SecretMaterial {
  readonly certificate?: { readonly chain: string; readonly key: string }
  readonly ca?: string
}

/** By the names of the document. */
export type SecretMaterials = ReadonlyMap<string, SecretMaterial>
