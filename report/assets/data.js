// The columns of report/columns.h: bytes to typed arrays, one entry a call.

const TYPES = ['invoke', 'ok', 'fail', 'info'];

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }
  varint() {
    let byte = this.bytes[this.at++];
    if (byte < 0x80) return byte;
    let number = byte & 0x7f;
    let scale = 0x80;
    do {
      byte = this.bytes[this.at++];
      number += (byte & 0x7f) * scale;
      scale *= 0x80;
    } while (byte >= 0x80);
    return number;
  }
}

const unzigzag = (number) => (number % 2 ? -(number + 1) / 2 : number / 2);

function readTexts(bytes) {
  const reader = new Reader(bytes);
  const decoder = new TextDecoder();
  return Array.from({length: reader.varint()}, () => {
    const length = reader.varint();
    reader.at += length;
    return decoder.decode(bytes.subarray(reader.at - length, reader.at));
  });
}

// A table of perhaps a million texts: only the places are read now, a text when it is shown.
function lazyTexts(bytes) {
  const reader = new Reader(bytes);
  const count = reader.varint();
  const from = new Uint32Array(count);
  const to = new Uint32Array(count);
  for (let i = 0; i < count; ++i) {
    const length = reader.varint();
    from[i] = reader.at;
    reader.at += length;
    to[i] = reader.at;
  }
  const decoder = new TextDecoder();
  return (i) => decoder.decode(bytes.subarray(from[i], to[i]));
}

async function inflate(base64) {
  const packed = Uint8Array.fromBase64 ?
      Uint8Array.fromBase64(base64) :
      Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// The indices of `count` calls, ordered by start, with what it takes to find those in a window.
class Selection {
  constructor(calls, index) {
    this.calls = calls;
    this.index = index;
    this.blockEnds = new Float64Array(Math.ceil(index.length / Selection.block));
    for (let j = 0; j < index.length; ++j) {
      const block = Math.floor(j / Selection.block);
      this.blockEnds[block] = Math.max(this.blockEnds[block], calls.end[index[j]]);
    }
  }
  static block = 1024;

  // The first place whose call starts at `time` or later.
  place(time) {
    const {start} = this.calls;
    let low = 0;
    let high = this.index.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (start[this.index[middle]] < time)
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  }
  // The first place of call `i` or a later one.
  placeOf(i) {
    let low = 0;
    let high = this.index.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.index[middle] < i)
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  }
  // How many calls start in the window.
  count(from, to) { return this.place(to) - this.place(from); }
  // Calls `visit(i)` for every call that is under way at some time of the window.
  each(from, to, visit) {
    const {end} = this.calls;
    const last = this.place(to);
    for (let block = 0; block * Selection.block < last; ++block) {
      if (this.blockEnds[block] < from) continue;
      const stop = Math.min(last, (block + 1) * Selection.block);
      for (let j = block * Selection.block; j < stop; ++j) {
        const i = this.index[j];
        if (end[i] >= from) visit(i);
      }
    }
  }
}

class Calls {
  constructor(bytes) {
    let offset = 0;
    const section = {};
    for (const [name, size] of summary.sections) {
      section[name] = bytes.subarray(offset, offset + size);
      offset += size;
    }
    for (const name of ['processes', 'fs', 'nodes', 'keys', 'errors'])
      this[name] = readTexts(section[name]);
    this.text = lazyTexts(section.texts);
    const n = this.count = summary.calls;
    const plain = (name, Kind) => {
      const reader = new Reader(section[name]);
      return Kind.from({length: n}, () => reader.varint());
    };
    this.process = plain('process', Uint32Array);
    this.key = plain('key', Uint32Array);
    this.error = plain('error', Uint32Array);
    this.arguments = plain('arguments', Float64Array);
    this.result = plain('result', Float64Array);
    this.readKinds(new Reader(section.f_type));
    this.readTimes(new Reader(section.id), new Reader(section.start), new Reader(section.span));
    this.readNodes(new Reader(section.node));
    this.all = new Selection(this, Uint32Array.from({length: n}, (_, i) => i));
  }

  readKinds(reader) {
    this.f = new Uint16Array(this.count);
    this.type = new Uint8Array(this.count);
    for (let i = 0; i < this.count; ++i) {
      const code = reader.varint();
      this.f[i] = code >> 2;
      this.type[i] = code & 3;
    }
  }

  // A call that never completed is drawn where it began; `silent` tells it apart.
  readTimes(ids, starts, spans) {
    this.id = new Float64Array(this.count);
    this.start = new Float64Array(this.count);
    this.end = new Float64Array(this.count);
    this.silent = new Uint8Array(this.count);
    let id = 0;
    let start = 0;
    for (let i = 0; i < this.count; ++i) {
      this.id[i] = id += unzigzag(ids.varint());
      this.start[i] = start += starts.varint();
      const span = spans.varint();
      this.silent[i] = span === 0;
      this.end[i] = span === 0 ? start : start + span - 1;
    }
  }

  readNodes(reader) {
    const last = new Uint32Array(this.processes.length);
    this.node = new Uint32Array(this.count);
    for (let i = 0; i < this.count; ++i) {
      const change = reader.varint();
      if (change) last[this.process[i]] = change;
      this.node[i] = last[this.process[i]] - 1;
    }
  }

  value(code) { return code % 2 ? String(unzigzag((code - 1) / 2)) : this.text(code / 2); }
  find(id) {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.id[middle] < id)
        low = middle + 1;
      else
        high = middle;
    }
    return low < this.count && this.id[low] === id ? low : -1;
  }
  // The words of a call, as callWords() has them for one of the summary.
  words(i) {
    return callWords({
      f: this.fs[this.f[i]],
      key: this.keys[this.key[i]],
      arguments: this.value(this.arguments[i]),
      type: TYPES[this.type[i]],
      result: this.value(this.result[i]),
      node: this.nodes[this.node[i]]
    });
  }
}

// "write k3 4 → ok n2"
function callWords(call) {
  return [call.f, call.key, call.arguments, '→', call.type, call.result, call.node]
      .filter((word) => word !== '')
      .join(' ');
}
