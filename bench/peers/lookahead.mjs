// asksFor tells whether the selection under the field, at any depth, names one of the fields. It looks once for each
// field of a document: the documents are kept, and so are their nodes.
const known = new WeakMap()

export function asksFor(info, ...names) {
  const node = info.fieldNodes[0]
  let named = known.get(node)
  if (!named) {
    named = new Set()
    for (const n of info.fieldNodes) collect(n.selectionSet, info.fragments, named)
    known.set(node, named)
  }
  return names.some(name => named.has(name))
}

function collect(selectionSet, fragments, named) {
  for (const s of selectionSet?.selections ?? []) {
    if (s.kind === 'Field') named.add(s.name.value)
    collect((s.kind === 'FragmentSpread' ? fragments[s.name.value] : s).selectionSet, fragments, named)
  }
}
