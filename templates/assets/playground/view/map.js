// The map of items while they learn. A stand-in.

// onPick(item) when the visitor picks an item; onModel("base" or "deep") when another model is to be watched.
export function createMap(box, _data, _onPick, _onModel) {
  return {
    show({ explained }) {
      if (explained) box.dataset.explained = explained.join(" ");
    },
  };
}
