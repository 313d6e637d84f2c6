// What a newer version of an API has and an older one lacks, as a tree that people can read: files with messages, fields, enums and
// services, without comments. A file of the older version has only what is added to it. Plain JavaScript, like generate.js.

import { create } from '@bufbuild/protobuf'
import {
  DescriptorProtoSchema,
  EnumDescriptorProtoSchema,
  EnumValueDescriptorProtoSchema,
  FileDescriptorProtoSchema,
  MessageOptionsSchema,
  MethodDescriptorProtoSchema,
  ServiceDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt'
import { isSameField, parseField, putOneofsInOrder, writeField } from './field-text.js'

// Numbers of fields in descriptor.proto: the paths of comments are made from them.
const MESSAGE_OF_FILE = 4
const FIELD_OF_MESSAGE = 2
const MESSAGE_OF_MESSAGE = 3
const ONEOF_OF_MESSAGE = 8

/**
 * @param older descriptors of files by path
 * @param newer the same of the newer version
 * @param isKept whether a path is part of the API
 * @returns trees by path. A new file that imports something that is in neither is left out.
 */
export function compareApis(older, newer, isKept) {
  const files = [...newer.values()]
    .filter(({ name }) => isKept(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const added = importable(
    files.filter(({ name }) => !older.has(name)),
    older,
  )
  const known = new Set([...older.keys(), ...added.map(({ name }) => name)])
  const kept = files.filter(({ name }) => known.has(name))
  return withoutEmpty(
    Object.fromEntries(kept.map((file) => [file.name, fileTree(file, older.get(file.name), known)])),
  )
}

function importable(files, older) {
  const there = new Set([...older.keys(), ...files.map(({ name }) => name)])
  const kept = files.filter(({ dependency }) => dependency.every((path) => isThere(path, there)))
  return kept.length === files.length ? kept : importable(kept, older)
}

function isThere(path, known) {
  return known.has(path) || path.startsWith('google/protobuf/')
}

function fileTree(file, before, known) {
  const imports = file.dependency.filter((path) => !before?.dependency.includes(path) && isThere(path, known))
  const content = withoutEmpty({
    messages: trees(file.messageType, before?.messageType, messageTree),
    enums: trees(file.enumType, before?.enumType, enumTree),
    services: trees(file.service, before?.service, serviceTree),
  })
  // The annotations of a file import much that its messages do not need.
  if (Object.keys(content).length === 0) return {}
  return withoutEmpty({ package: before === undefined ? file.package : '', imports, ...content })
}

function messageTree(message, before) {
  return {
    ...(before === undefined && message.options?.mapEntry && { isMap: true }),
    ...withoutEmpty({
      fields: message.field
        .filter((field) => !isSameField(field, before?.field))
        .map((field) => writeField(field, message)),
      messages: trees(message.nestedType, before?.nestedType, messageTree),
      enums: trees(message.enumType, before?.enumType, enumTree),
    }),
  }
}

function enumTree({ value }, before) {
  return value
    .filter(({ number }) => !before?.value.some((known) => known.number === number))
    .map(({ name, number }) => `${name} = ${number}`)
}

function serviceTree({ method }, before) {
  return method
    .filter(({ name }) => !before?.method.some((known) => known.name === name))
    .map(({ name, inputType, outputType, clientStreaming, serverStreaming }) =>
      [
        name,
        clientStreaming ? 'stream' : 'one',
        inputType.slice(1),
        serverStreaming ? 'stream' : 'one',
        outputType.slice(1),
      ].join(' '),
    )
}

/** A new part has a tree even if it is empty: a message without fields. */
function trees(list, before, treeOf) {
  const found = list.map((one) => [one, before?.find(({ name }) => name === one.name)])
  const made = found.map(([one, known]) => [one.name, treeOf(one, known), known === undefined])
  return Object.fromEntries(
    made
      .filter(([, tree, isNew]) => isNew || Object.keys(tree).length > 0)
      .map(([name, tree]) => [name, tree]),
  )
}

function withoutEmpty(tree) {
  return Object.fromEntries(
    Object.entries(tree).filter(
      ([, value]) => value.length !== 0 && (typeof value === 'string' || Object.keys(value).length > 0),
    ),
  )
}

/**
 * Adds trees to the files of the older version, which has them then.
 * @param older descriptors of files by path
 * @returns all files, each behind those that it imports
 * @throws Error if a tree adds to a file that the older version does not have
 */
export function addToApi(older, added) {
  const files = new Map(older)
  for (const [path, tree] of Object.entries(added)) {
    if (!files.has(path)) files.set(path, createFile(path, tree))
    addToFile(files.get(path), tree)
  }
  return inOrderOfImports(files)
}

function createFile(name, tree) {
  if (tree.package === undefined)
    throw new Error(`${name} is not in the older version: take it out of the trees`)
  return create(FileDescriptorProtoSchema, { name, package: tree.package, syntax: 'proto3' })
}

function addToFile(file, { imports = [], messages = {}, enums = {}, services = {} }) {
  file.dependency.push(...imports.filter((path) => !file.dependency.includes(path)))
  addMessages(file, file.messageType, messages, [MESSAGE_OF_FILE])
  addEnums(file.enumType, enums)
  for (const [name, methods] of Object.entries(services)) {
    const { method } = partOf(file.service, name, ServiceDescriptorProtoSchema)
    for (const text of methods) addOnce(method, parseMethod(text))
  }
}

/** @param place of the list in the file, as the paths of comments name it */
function addMessages(file, list, messages, place) {
  for (const [name, { isMap, fields = [], messages: nested = {}, enums = {} }] of Object.entries(messages)) {
    const message = partOf(list, name, DescriptorProtoSchema)
    if (isMap) message.options = create(MessageOptionsSchema, { mapEntry: true })
    for (const text of fields) parseField(text, message)
    const own = [...place, list.indexOf(message)]
    const order = putOneofsInOrder(message)
    moveComments(file, [...own, FIELD_OF_MESSAGE], order.fields)
    moveComments(file, [...own, ONEOF_OF_MESSAGE], order.oneofs)
    addMessages(file, message.nestedType, nested, [...own, MESSAGE_OF_MESSAGE])
    addEnums(message.enumType, enums)
  }
}

/** A comment has the place of its subject. @param order the earlier places of a list's items, in their new order */
function moveComments({ sourceCodeInfo }, place, order) {
  if (order.every((earlier, at) => earlier === at)) return
  for (const { path } of sourceCodeInfo?.location ?? []) {
    const isBelow = path.length > place.length && place.every((part, at) => path[at] === part)
    if (isBelow) path[place.length] = order.indexOf(path[place.length])
  }
}

function addEnums(list, enums) {
  for (const [name, values] of Object.entries(enums)) {
    const { value } = partOf(list, name, EnumDescriptorProtoSchema)
    for (const text of values) {
      const [own, number] = text.split(' = ')
      addOnce(value, create(EnumValueDescriptorProtoSchema, { name: own, number: Number(number) }))
    }
  }
}

function parseMethod(text) {
  const [name, client, inputType, server, outputType] = text.split(' ')
  return create(MethodDescriptorProtoSchema, {
    name,
    inputType: `.${inputType}`,
    outputType: `.${outputType}`,
    clientStreaming: client === 'stream',
    serverStreaming: server === 'stream',
  })
}

function partOf(list, name, schema) {
  return list.find((one) => one.name === name) ?? addOnce(list, create(schema, { name }))
}

function addOnce(list, part) {
  if (!list.some(({ name }) => name === part.name)) list.push(part)
  return part
}

function inOrderOfImports(files) {
  const ordered = new Set()
  const visit = (file) => {
    if (file === undefined || ordered.has(file)) return
    for (const path of file.dependency) visit(files.get(path))
    ordered.add(file)
  }
  for (const file of files.values()) visit(file)
  return [...ordered]
}
