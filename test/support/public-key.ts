// A public key for documents in which nobody signs anything: the example of https://www.rfc-editor.org/rfc/rfc8037#appendix-A.2.

export const PUBLIC_KEY = {
  kid: 'k',
  kty: 'OKP',
  alg: 'EdDSA',
  crv: 'Ed25519',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
}
