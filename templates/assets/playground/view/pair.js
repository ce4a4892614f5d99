// The vectors of one user and one item, and their dot product. A stand-in.

// onPick({ user, item }) when the visitor picks another pair.
export function createPair(box, _data, _onPick) {
  return {
    show({ pair }) {
      if (pair) box.dataset.item = pair.item;
    },
  };
}
