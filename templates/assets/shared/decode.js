// Decode arrays that recsys/export/encoding.py encoded: base64 of little-endian numbers, row by row.

// The number in 16 bits of a half-precision float: 1 sign bit, 5 of exponent (bias 15), 10 of fraction. With a normal
// exponent the fraction has a leading 1 that is not stored; exponent 0 marks the numbers too small for that.
function halfToNumber(bits) {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size = exponent ? (1024 + fraction) * 2 ** (exponent - 25) : fraction * 2 ** -24;
  return bits >> 15 ? -size : size;
}

const READERS = {
  uint8: [Uint8Array, (view, n) => view.getUint8(n)],
  int8: [Int8Array, (view, n) => view.getInt8(n)],
  uint16: [Uint16Array, (view, n) => view.getUint16(2 * n, true)],
  uint32: [Uint32Array, (view, n) => view.getUint32(4 * n, true)],
  float16: [Float64Array, (view, n) => halfToNumber(view.getUint16(2 * n, true)), 2],
};

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
