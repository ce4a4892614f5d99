// Files in a zip archive, as far as the browser can unpack them by itself. Only the parts that are asked for are read.

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const MAX_COMMENT = 65_535;
const [STORED, DEFLATED] = [0, 8];
const MAX_ENTRIES = 5_000;

const bytesOf = async (blob) => new DataView(await blob.arrayBuffer());

// The entries of an archive: { name, method, size, offset }, sizes in bytes; null if it is none that can be read.
export async function listZip(file) {
  const tailStart = Math.max(0, file.size - END_BYTES - MAX_COMMENT);
  const tail = await bytesOf(file.slice(tailStart));
  let end = tail.byteLength - END_BYTES;
  while (end >= 0 && tail.getUint32(end, true) !== END_SIGNATURE) end--;
  if (end < 0) return null;
  const [size, start] = [tail.getUint32(end + 12, true), tail.getUint32(end + 16, true)];
  const directory = await bytesOf(file.slice(start, start + size));
  const entries = [];
  let position = 0;
  while (position + ENTRY_BYTES <= directory.byteLength && entries.length < MAX_ENTRIES) {
    if (directory.getUint32(position, true) !== ENTRY_SIGNATURE) return null;
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((at) => directory.getUint16(position + at, true));
    const name = new Uint8Array(directory.buffer, position + ENTRY_BYTES, nameLength);
    entries.push({
      name: new TextDecoder().decode(name),
      method: directory.getUint16(position + 10, true),
      size: directory.getUint32(position + 20, true), // compressed
      offset: directory.getUint32(position + 42, true),
    });
    position += ENTRY_BYTES + nameLength + extraLength + commentLength;
  }
  return entries;
}

// The bytes of a stream; null if there are more than `maxBytes`, of which no more are unpacked.
async function readStream(stream, maxBytes) {
  const reader = stream.getReader();
  const chunks = [];
  let n = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    n += part.value.length;
    if (n > maxBytes) {
      await reader.cancel();
      return null;
    }
    chunks.push(part.value);
  }
  const bytes = new Uint8Array(n);
  let position = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, position);
    position += chunk.length;
  }
  return bytes;
}

// The content of an entry; null if it cannot be unpacked, or would take more than `maxBytes`.
export async function readZipEntry(file, { method, size, offset }, maxBytes) {
  if (method !== STORED && method !== DEFLATED) return null;
  try {
    const local = await bytesOf(file.slice(offset, offset + LOCAL_BYTES));
    const start = offset + LOCAL_BYTES + local.getUint16(26, true) + local.getUint16(28, true);
    const content = file.slice(start, start + size).stream();
    return await readStream(
      method === STORED ? content : content.pipeThrough(new DecompressionStream("deflate-raw")),
      maxBytes,
    );
  } catch {
    return null; // damaged, or a browser that cannot unpack
  }
}
