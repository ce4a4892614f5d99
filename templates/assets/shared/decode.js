// Decode arrays that recsys/export/encoding.py encoded: base64 of little-endian numbers, row by row.

// What the last bit of the fraction is worth, by exponent; numbers too small for exponent 1 have that of 1.
const HALF_UNITS = Float64Array.from({ length: 32 }, (_, exponent) => 2 ** (Math.max(exponent, 1) - 25));

// The number in 16 bits of a half-precision float: 1 sign bit, 5 of exponent (bias 15), 10 of fraction. With a normal
// exponent the fraction has a leading 1 that is not stored; exponent 0 marks the numbers too small for that.
function halfToNumber(bits) {
  const exponent = (bits >> 10) & 31;
  const size = ((exponent ? 1024 : 0) + (bits & 1023)) * HALF_UNITS[exponent];
  return bits >> 15 ? -size : size;
}

const READERS = {
  uint8: [Uint8Array, (view, n) => view.getUint8(n)],
  int8: [Int8Array, (view, n) => view.getInt8(n)],
  uint16: [Uint16Array, (view, n) => view.getUint16(2 * n, true)],
  uint32: [Uint32Array, (view, n) => view.getUint32(4 * n, true)],
  float16: [Float64Array, (view, n) => halfToNumber(view.getUint16(2 * n, true)), 2],
};

// Integers of 1 to 16 bits each, without gaps, the high bit first. The zeros that fill the last byte may read as more of them.
export function decodeBits(text, bits) {
  const bytes = decodeArray(text, "uint8");
  const values = new Uint16Array(Math.floor((8 * bytes.length) / bits));
  let [buffer, nBuffered, position] = [0, 0, 0]; // the bits that were read and not used yet, and how many
  for (let n = 0; n < values.length; n++) {
    while (nBuffered < bits) {
      buffer = (buffer << 8) | bytes[position++];
      nBuffered += 8;
    }
    nBuffered -= bits;
    values[n] = buffer >> nBuffered;
    buffer &= (1 << nBuffered) - 1;
  }
  return values;
}

// As many points as encode_points() in recsys/site/pages/map.py encoded: [all x, all y].
export function decodePoints({ bits, low, high, points }, n) {
  const steps = decodeBits(points, bits); // x and y of each point in turn
  return [0, 1].map((axis) => {
    const unit = (high[axis] - low[axis]) / (2 ** bits - 1);
    return Float64Array.from({ length: n }, (_, row) => low[axis] + steps[2 * row + axis] * unit);
  });
}

// A table as a Float64Array, row by row: of float16, or of the levels of recsys/export/rounding.py, where each part of a row
// has a scale.
export function decodeTable(table) {
  if (typeof table === "string") return decodeArray(table, "float16");
  const [codes, scales] = [decodeBits(table.codes, table.bits), decodeArray(table.scales, "float16")];
  const { columns } = table;
  const width = columns.reduce((sum, n) => sum + n);
  const values = new Float64Array((scales.length / columns.length) * width);
  for (let n = 0, k = 0; n < scales.length; n++) {
    const end = k + columns[n % columns.length];
    for (; k < end; k++) values[k] = scales[n] * ((2 * codes[k] + 1) / 2 ** table.bits - 1);
  }
  return values;
}

// A typed array; of float16, which not every browser has, a Float64Array.
export function decodeArray(text, dtype) {
  const [ArrayType, read, bytesPerNumber = ArrayType.BYTES_PER_ELEMENT] = READERS[dtype];
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let n = 0; n < bytes.length; n++) bytes[n] = binary.charCodeAt(n);
  const view = new DataView(bytes.buffer);
  const values = new ArrayType(bytes.length / bytesPerNumber);
  for (let n = 0; n < values.length; n++) values[n] = read(view, n);
  return values;
}
