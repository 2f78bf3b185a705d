/**
 * What is wrong in ts-mls 1.6.4 for us, and the right text: data alone, so that the tests can also take single corrections back.
 * docs/decisions/0011-conversations-by-mls.md tells of each.
 */
export interface Correction {
  readonly name: string
  readonly file: 'clientState.js' | 'treemath.js'
  /** Stands exactly once in the file as published. */
  readonly from: string
  readonly to: string
}

export const MLS_VERSION = '1.6.4'

/** SHA-256 of each file that is touched, as published and as corrected. */
export const MLS_FILES: Readonly<
  Record<Correction['file'], { readonly published: string; readonly corrected: string }>
> = {
  'clientState.js': {
    published: '63645bc3be6ec7f6d4f6d88af5c0b63e34f5e1fea693c62bd958d228b51b6f61',
    corrected: '36e2b279f1dc5aba915cf988a9dd3d754b60ceec5b48e04facaddb408f91e8d1',
  },
  'treemath.js': {
    published: '61658c7f2fbecb170796bffa5cf0137b188b015a136e1059ab0146a1c0de78e2',
    corrected: 'c32e61b13cac0b1731c21c562793e6c7b2d1330cab1f070d2c610462d8de3d65',
  },
}

const indent = ' '.repeat(16)

export const MLS_CORRECTIONS: readonly Correction[] = [
  {
    // RFC 9420 section 7.9 and 12.4.3.1: a leaf below *this* node. Either half alone lets a wrong tree through.
    name: 'an unmerged leaf is a leaf, and below its node',
    file: 'clientState.js',
    from: `if (tree[nodeIndex]?.nodeType !== "leaf" && !dp.includes(toNodeIndex(i)))`,
    to: `if (tree[nodeIndex]?.nodeType !== "leaf" || !dp.includes(toNodeIndex(i)))`,
  },
  {
    // The same sections: the nodes between the leaf and this node, not those above it.
    name: 'only the nodes between an unmerged leaf and its node are looked at',
    file: 'clientState.js',
    from: `${indent}for (const parentIdx of dp) {`,
    to: `${indent}for (const parentIdx of dp.slice(0, dp.indexOf(toNodeIndex(i)))) {`,
  },
  {
    // … have to contain that leaf. They may list others, which joined after them.
    name: 'the nodes between contain the unmerged leaf',
    file: 'clientState.js',
    from: 'if (!arraysEqual(dpNode.parent.unmergedLeaves, n.parent.unmergedLeaves))',
    to: 'if (!dpNode.parent.unmergedLeaves.includes(unmergedLeaf))',
  },
  {
    // When the same commit puts somebody else into the slot, the leaf is there and yet not ours any more.
    name: 'who is removed is told so',
    file: 'clientState.js',
    from: 'const selfRemoved = mutatedTree[leafToNodeIndex(toLeafIndex(state.privatePath.leafIndex))] === undefined;',
    to: 'const selfRemoved = grouped.remove.some(({ proposal }) => proposal.remove.removed === state.privatePath.leafIndex);',
  },
  {
    // Of two additions that are refused, the first one's refusal was never looked at; Node ends a program for that.
    name: 'no refusal is left lying',
    file: 'clientState.js',
    from: `throwIfDefined(await validateKeyPackage(proposal.add.keyPackage, gc, ratchetTree, sentByClient, lifetimeConfig, authService, s));
        const [tree, ws] = await acc;`,
    to: `const [tree, ws] = await acc;
        throwIfDefined(await validateKeyPackage(proposal.add.keyPackage, gc, ratchetTree, sentByClient, lifetimeConfig, authService, s));`,
  },
  {
    // Time is a parameter of ours: whoever adds somebody looks at the key package's lifetime before.
    name: 'no clock of its own',
    file: 'clientState.js',
    from: 'if (sentByClient || config.validateLifetimeOnReceive) {',
    to: 'if (config.validateLifetimeOnReceive) {',
  },
  {
    // A leaf that the tree does not have (an index from a stranger's bytes) is climbed from for ever. A full tree ends at twice its root;
    // its width is not asked because one caller passes half a leaf too little.
    name: 'a path begins in the tree',
    file: 'treemath.js',
    from: `export function directPath(nodeIndex, leafWidth) {
    const r = root(leafWidth);`,
    to: `export function directPath(nodeIndex, leafWidth) {
    const r = root(leafWidth);
    if (!(nodeIndex >= 0 && nodeIndex <= 2 * r))
        throw new InternalError("node index outside the tree");`,
  },
  {
    name: 'mark',
    file: 'clientState.js',
    from: '//# sourceMappingURL=clientState.js.map',
    to: `export const corrected = 'chatnip 1';`,
  },
  {
    name: 'mark',
    file: 'treemath.js',
    from: '//# sourceMappingURL=treemath.js.map',
    to: `export const corrected = 'chatnip 1';`,
  },
]

/**
 * @returns `text` with the corrections of that file that `wanted` allows
 * @throws Error when one of them does not stand exactly once
 */
export function applyCorrections(file: string, text: string, wanted: (correction: Correction) => boolean): string {
  return MLS_CORRECTIONS.filter((correction) => correction.file === file && wanted(correction)).reduce(
    (current, { name, from, to }) => {
      if (current.split(from).length !== 2) throw new Error(`"${name}" does not fit ${file}.`)
      return current.replace(from, () => to)
    },
    text,
  )
}
