// The packages that are bundled for runs of tests, and where their bundles are.

/**
 * Packages of many modules that programs and tests import, as they import them. A package that reads files of its own folder at run time,
 * or that packages outside of the bundles share with us, does not belong here.
 */
export const BUNDLED = [
  '@bufbuild/protobuf',
  '@bufbuild/protobuf/codegenv2',
  '@bufbuild/protobuf/reflect',
  '@bufbuild/protobuf/wire',
  '@bufbuild/protobuf/wkt',
  'fast-check',
  'jose',
  'tap',
  'typebox',
  'typebox/value',
  'yaml',
]

/** The file of a bundle in its folder. Stack traces name the package, and tap leaves what is in `@tapjs` out of them. */
export function bundleOf(name) {
  return `node_modules/${name === 'tap' ? '@tapjs/bundled' : name}/bundle.mjs`
}

/** The table in the folder: the URL that each import leads to without the bundle, and the file of its bundle. */
export const TABLE = 'table.json'
