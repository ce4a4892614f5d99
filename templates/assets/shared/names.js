// Where names can stand on the map without overlapping each other. Lengths are in px, y downwards.

const GAP = 3; // between a point and its name
const NAME_HEIGHT = 15; // of a name
const SPACE = 5; // between names on a line, which else read as a single one

// The places around a point, best first: how its name is aligned, and the offset of the name's middle line.
const SIDES = [
  { align: "left", dx: (reach) => reach, dy: () => 0 },
  { align: "right", dx: (reach) => -reach, dy: () => 0 },
  { align: "center", dx: () => 0, dy: (reach) => -reach - NAME_HEIGHT / 2 },
  { align: "center", dx: () => 0, dy: (reach) => reach + NAME_HEIGHT / 2 },
];
const LEFT_EDGE = { left: 0, center: 0.5, right: 1 }; // of a name, in widths left of where it is anchored

// A title on one line, cut at the end if it is longer.
export function shorten(title, maxLength) {
  const characters = [...title];
  return characters.length > maxLength ? `${characters.slice(0, maxLength - 1).join("").trimEnd()}…` : title;
}

const overlap = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
const spaced = (box) => ({ ...box, left: box.left - SPACE, right: box.right + SPACE });
const isWithin = (box, { width, height }) => box.left >= 0 && box.top >= 0 && box.right <= width && box.bottom <= height;

// The names of regions that fit, each in the middle of its region. `candidates` are { name, x, y, width, height }, the most
// important first; a name that two regions share is written once. Returns their positions among the candidates, and the
// boxes that they cover.
export function placeRegionNames(candidates, frame) {
  const [placed, boxes, names] = [[], [], new Set()];
  candidates.forEach(({ name, x, y, width, height }, position) => {
    const box = { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
    if (names.has(name) || !isWithin(box, frame) || boxes.some((other) => overlap(spaced(box), other))) return;
    names.add(name);
    placed.push(position);
    boxes.push(box);
  });
  return { placed, boxes };
}

// The names that fit, each at the first side of its point that is free. `candidates` are { x, y, radius, width }, the most
// important first; `taken` are boxes that must stay free, `frame` is the { width, height } that names must stay within. At
// most `maxNames` are placed. Returns [position among the candidates, { align, dx, dy }] for each.
export function placeNames(candidates, frame, maxNames, taken = []) {
  const boxes = [...taken];
  const placed = [];
  candidates.forEach(({ x, y, radius, width }, position) => {
    if (placed.length >= maxNames) return;
    for (const side of SIDES) {
      const [dx, dy] = [side.dx(radius + GAP), side.dy(radius + GAP)];
      const left = x + dx - LEFT_EDGE[side.align] * width;
      const box = { left, right: left + width, top: y + dy - NAME_HEIGHT / 2, bottom: y + dy + NAME_HEIGHT / 2 };
      if (!isWithin(box, frame) || boxes.some((other) => overlap(spaced(box), other))) continue;
      // The point belongs to its name: another name must not cover it either.
      boxes.push(box, { left: x - radius, right: x + radius, top: y - radius, bottom: y + radius });
      placed.push([position, { align: side.align, dx, dy }]);
      return;
    }
  });
  return placed;
}
